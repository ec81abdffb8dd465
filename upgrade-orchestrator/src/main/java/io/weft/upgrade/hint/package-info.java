/** Hints of what was observed; they only hasten what has a deadline anyway. */
@NullMarked
package io.weft.upgrade.hint;

import org.jspecify.annotations.NullMarked;
