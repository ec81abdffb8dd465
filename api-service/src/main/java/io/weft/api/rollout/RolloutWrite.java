package io.weft.api.rollout;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.weft.api.http.Checked;
import io.weft.api.http.RequestField;
import io.weft.api.http.Violations;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Body of POST of a rollout. */
public record RolloutWrite(RolloutSpec spec) {
    /**
     * What moves, how, and what stops it.
     *
     * @param toVersion the mesh's desired version
     * @param waves in order; each namespace belongs to the first wave whose selector matches it
     * @param gates absent = success rate, latency share, proxy sync and probes with their usual bounds
     * @param acceptUnsupported what may run outside its vendor's support; kept with the evidence
     * @param controlPlaneSoak how long the new control plane runs before the first wave
     * @param moveDeadline how long a wave may take to move
     * @param finalSoak how long all runs on the new version before the old control plane goes
     */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record RolloutSpec(
            @RequestField(maxLength = 64) String installationId,
            @RequestField(maxLength = 40) String toVersion,
            @RequestField(min = 1, max = 50) List<WaveSpec> waves,
            @RequestField(max = 20) @Nullable List<GateSpec> gates,

            @RequestField(oneOf = {"rollBackWave", "rollBackAll", "pause"}) @Nullable
            String onFailure,

            @RequestField(oneOf = {"pause", "rollBack"}) @Nullable
            String onNoData,

            @RequestField(
                    max = 20,
                    oneOf = {"envoy"})
            @Nullable
            List<String> acceptUnsupported,

            @RequestField(duration = true) @Nullable String controlPlaneSoak,
            @RequestField(duration = true) @Nullable String moveDeadline,
            @RequestField(duration = true) @Nullable String finalSoak)
            implements Checked {
        @Override
        public void check(Violations violations, String path) {
            Set<String> names = new HashSet<>();
            for (int i = 0; i < waves.size(); i++) {
                if (!names.add(waves.get(i).name())) {
                    violations.body(path + ".waves[" + i + "].name", "DUPLICATE", "is the name of an earlier wave");
                }
            }
        }
    }

    /**
     * One wave.
     *
     * @param namespaceSelector which namespaces move; absent = all that no earlier wave has
     * @param maxParallelWorkloads how many restart at once; absent = 4
     * @param soak how long the wave is watched after its last pod is ready; absent = 5m
     * @param approval {@code required} = the wave waits for command {@code approve}
     */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record WaveSpec(
            @RequestField(label = true) String name,
            @RequestField(selector = true) @Nullable String namespaceSelector,
            @RequestField(min = 1, max = 100) @Nullable Integer maxParallelWorkloads,
            @RequestField(duration = true) @Nullable String soak,

            @RequestField(oneOf = {"required", "none"}) @Nullable
            String approval) {}

    /**
     * One gate.
     *
     * @param maxDrop for {@code successRate}: by how much the rate may fall, 0.002 = 0.2 percentage points
     * @param maxRise for {@code latencyShare}: by how much the share of slow requests may rise
     * @param minRequests fewer do not decide anything
     */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record GateSpec(
            @RequestField(label = true) String name,

            @RequestField(oneOf = {"successRate", "latencyShare", "proxySync", "probes"})
            String kind,

            @RequestField(min = 0, max = 1) @Nullable Double maxDrop,

            @RequestField(min = 1, max = 1_000_000_000) @Nullable
            Long minRequests,

            @RequestField(min = 0, max = 1) @Nullable Double maxRise)
            implements Checked {
        @Override
        public void check(Violations violations, String path) {
            if (maxDrop != null && !kind.equals("successRate")) {
                violations.body(path + ".maxDrop", "CONTRADICTION", "belongs to successRate only");
            }
            if (maxRise != null && !kind.equals("latencyShare")) {
                violations.body(path + ".maxRise", "CONTRADICTION", "belongs to latencyShare only");
            }
        }
    }
}
