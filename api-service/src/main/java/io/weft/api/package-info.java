/** The REST service of the hub. */
@NullMarked
package io.weft.api;

import org.jspecify.annotations.NullMarked;
