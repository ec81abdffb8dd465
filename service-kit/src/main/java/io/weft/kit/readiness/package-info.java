/** Checks that stop an unsafe start. */
@NullMarked
package io.weft.kit.readiness;

import org.jspecify.annotations.NullMarked;
