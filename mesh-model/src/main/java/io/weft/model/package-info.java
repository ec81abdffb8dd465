/** Neutral policy, capability matrix and compilers. Pure: no clock, no I/O, no framework. */
@NullMarked
package io.weft.model;

import org.jspecify.annotations.NullMarked;
