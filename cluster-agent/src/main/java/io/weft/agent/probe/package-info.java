/** Asks the mesh whether a policy is in force, by one-shot pods. Start at {@link Prober}; verdicts are pure. */
@NullMarked
package io.weft.agent.probe;

import org.jspecify.annotations.NullMarked;
