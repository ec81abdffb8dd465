/** Tests of the package of the same name. */
@NullMarked
package io.weft.e2e.demo;

import org.jspecify.annotations.NullMarked;
