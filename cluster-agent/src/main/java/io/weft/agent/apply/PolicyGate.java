package io.weft.agent.apply;

import io.weft.agent.plan.ObjectKey;
import java.util.Set;

/** Holds the policy layer back while probes must still ask for the opposite answer (D18). */
public interface PolicyGate {
    /**
     * Told at every run of the layer; of its pending objects those that must wait. Bounded in time by the gate itself.
     *
     * @param digest of the policy layer
     * @param pending objects that are not applied yet, or in another body; empty = all are
     */
    Set<ObjectKey> holds(String digest, Set<ObjectKey> pending);
}
