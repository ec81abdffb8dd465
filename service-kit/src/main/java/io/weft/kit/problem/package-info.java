/** The closed catalogue of what may go wrong for a caller. */
@NullMarked
package io.weft.kit.problem;

import org.jspecify.annotations.NullMarked;
