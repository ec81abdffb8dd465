/** Moves namespaces to the revision that the placement layer names. Start at {@link Mover}; decisions are pure. */
@NullMarked
package io.weft.agent.move;

import org.jspecify.annotations.NullMarked;
