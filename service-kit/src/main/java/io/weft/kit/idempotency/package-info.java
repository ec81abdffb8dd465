/** Answers remembered under a caller's key, so that a repeated POST has one effect. */
@NullMarked
package io.weft.kit.idempotency;

import org.jspecify.annotations.NullMarked;
