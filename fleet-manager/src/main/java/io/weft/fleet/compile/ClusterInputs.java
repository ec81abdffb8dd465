package io.weft.fleet.compile;

import com.fasterxml.jackson.databind.JsonNode;
import io.weft.fleet.compile.ControlPlanes.ControlPlane;
import io.weft.model.facts.ClusterFacts;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/**
 * Everything a compile of one cluster reads, as of one moment.
 *
 * @param kubernetesVersion empty until the agent has told it
 */
record ClusterInputs(
        Optional<String> kubernetesVersion,
        List<ControlPlane> controlPlanes,
        List<Placement> placements,
        List<DuePolicy> policies,
        ClusterFacts facts) {

    ClusterInputs with(List<ControlPlane> planes) {
        return new ClusterInputs(kubernetesVersion, planes, placements, policies, facts);
    }

    /** Which revision a namespace runs. */
    record Placement(
            UUID installationId,
            String namespace,
            String revision,
            int maxParallelWorkloads,
            boolean paused,
            Optional<Instant> deadline) {}

    /**
     * A policy in one installation, at the revision delivered there.
     *
     * @param objects keys that its last compile gave
     */
    record DuePolicy(
            UUID policyId,
            UUID installationId,
            String capabilityClass,
            long deliveredGeneration,
            long compiledGeneration,
            String state,
            JsonNode objects,
            String name,
            String kind,
            boolean deleted,
            Optional<JsonNode> spec) {

        /** Whether the text that is compiled now is the one that was compiled last. */
        boolean unchanged() {
            return deliveredGeneration == compiledGeneration;
        }
    }
}
