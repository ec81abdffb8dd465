/** Neutral policies: types and validation. Start at {@link PolicyReader}. */
@NullMarked
package io.weft.model.policy;

import org.jspecify.annotations.NullMarked;
