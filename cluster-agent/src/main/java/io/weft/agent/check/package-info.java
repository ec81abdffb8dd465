/** The typed checks that end a phase. Start at {@link Checks}. */
@NullMarked
package io.weft.agent.check;

import org.jspecify.annotations.NullMarked;
