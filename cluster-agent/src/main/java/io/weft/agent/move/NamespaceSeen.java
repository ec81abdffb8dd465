package io.weft.agent.move;

import java.time.Instant;
import java.util.List;
import java.util.Map;

/**
 * One namespace as it is now.
 *
 * @param placed value that Weft last gave its label, "" = none yet
 */
record NamespaceSeen(Map<String, String> labels, String placed, List<Workload> workloads) {

    /**
     * A workload and its pods.
     *
     * @param placed revision in the pod template's annotation, "" = none
     * @param ready pods Ready on the wanted revision
     * @param remaining pods not on it, without those that are going
     * @param readyElsewhere of {@code remaining}, those that are Ready: what a restart would replace
     * @param blockedBy why it cannot be restarted now ("PodDisruptionBudget web allows no disruption"), "" = nothing
     * @param without why it has no proxy (host network, opted out), "" = it has one or is to get one
     * @param waiting what its pods wait for, "" = nothing
     * @param firstCreated when the first pod on the wanted revision was made; MAX = none
     * @param lastReady when the last of them became Ready; EPOCH = none
     * @param astray when the newest pod was made that has the current template and yet another revision; EPOCH = none
     */
    record Workload(
            String kind,
            String name,
            String placed,
            int desired,
            int ready,
            int remaining,
            int readyElsewhere,
            String blockedBy,
            String without,
            String waiting,
            Instant firstCreated,
            Instant lastReady,
            Instant astray) {

        boolean done() {
            return !without.isEmpty() || (remaining == 0 && ready >= desired);
        }

        @Override
        public String toString() {
            return kind + " " + name;
        }
    }

    NamespaceSeen {
        labels = Map.copyOf(labels);
        workloads = List.copyOf(workloads);
    }
}
