/** The queue of due work: a key and when to look at it again. Start at {@link DueWork}. */
@NullMarked
package io.weft.kit.work;

import org.jspecify.annotations.NullMarked;
