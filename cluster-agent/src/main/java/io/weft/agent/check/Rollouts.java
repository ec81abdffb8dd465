package io.weft.agent.check;

import com.fasterxml.jackson.databind.JsonNode;

/** When a Deployment, StatefulSet or DaemonSet runs its current template. */
public final class Rollouts {
    private Rollouts() {}

    /** Available = current generation, updated = ready = desired (a StatefulSet: above its partition), none left over. */
    public static CheckResult available(JsonNode object) {
        JsonNode status = object.path("status");
        long generation = object.path("metadata").path("generation").asLong(0);
        if (status.path("observedGeneration").asLong(0) < generation) {
            return new CheckResult.Waiting("its controller has not seen generation " + generation + " yet");
        }
        return "DaemonSet".equals(object.path("kind").asText()) ? daemonSet(status) : replicas(object, status);
    }

    private static CheckResult daemonSet(JsonNode status) {
        int desired = status.path("desiredNumberScheduled").asInt(0);
        int updated = status.path("updatedNumberScheduled").asInt(0);
        int available = status.path("numberAvailable").asInt(0);
        return CheckResult.when(
                updated == desired && available == desired,
                available + " of " + desired + " nodes available, " + updated + " updated");
    }

    private static CheckResult replicas(JsonNode object, JsonNode status) {
        int desired = object.path("spec").path("replicas").asInt(1);
        if (desired == 0 && !isInManifest(object)) {
            return new CheckResult.Waiting("0 replicas are wanted, though the manifest does not say so: scale it up");
        }
        int partition = object.path("spec")
                .path("updateStrategy")
                .path("rollingUpdate")
                .path("partition")
                .asInt(0);
        int toUpdate = Math.max(0, desired - partition);
        int updated = status.path("updatedReplicas").asInt(0);
        int available = status.path("availableReplicas").asInt(0);
        int all = status.path("replicas").asInt(0);
        return CheckResult.when(
                updated >= toUpdate && available >= desired && all == desired,
                available + " of " + desired + " replicas available, " + updated + " updated, "
                        + Math.max(0, all - desired) + " to go");
    }

    /** The number is the manifest's where Weft itself owns the field. */
    private static boolean isInManifest(JsonNode object) {
        for (JsonNode entry : object.path("metadata").path("managedFields")) {
            if ("weft".equals(entry.path("manager").asText())
                    && entry.path("fieldsV1").path("f:spec").has("f:replicas")) {
                return true;
            }
        }
        return false;
    }
}
