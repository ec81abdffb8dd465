/** Reads release bundles and what their charts need to be installed. Start at {@link ReleaseBundle}. */
@NullMarked
package io.weft.model.release;

import org.jspecify.annotations.NullMarked;
