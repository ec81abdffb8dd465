/** Reads foreign trees of maps and lists field by field and collects every violation. Start at {@link Fields}. */
@NullMarked
package io.weft.model.input;

import org.jspecify.annotations.NullMarked;
