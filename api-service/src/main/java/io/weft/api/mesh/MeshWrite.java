package io.weft.api.mesh;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.weft.api.http.Checked;
import io.weft.api.http.RequestField;
import io.weft.api.http.Violations;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Body of POST and PUT of a mesh. */
public record MeshWrite(
        @RequestField(label = true) String name,
        @RequestField(labels = true, max = 64) @Nullable Map<String, String> labels,
        MeshSpec spec) {
    private static final Map<String, List<String>> MODES = Map.of(
            "istio", List.of("sidecar", "ambient"),
            "linkerd", List.of("sidecar"),
            "consul", List.of("kubernetes", "vm"));

    /**
     * What the mesh is.
     *
     * @param trustDomain of the workloads' identities; absent = {@code cluster.local}
     * @param version the desired version, an uploaded release
     * @param upgradeAttempt raised to ask for another try after a rollback
     */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record MeshSpec(
            @RequestField(oneOf = {"istio", "linkerd", "consul"})
            String family,

            @RequestField(oneOf = {"sidecar", "ambient", "kubernetes", "vm"})
            String mode,

            @RequestField(maxLength = 253, pattern = "[a-z0-9]([a-z0-9.-]*[a-z0-9])?") @Nullable
            String trustDomain,

            @RequestField(maxLength = 40) String version,

            @RequestField(min = 0, max = 1_000_000) @Nullable
            Integer upgradeAttempt)
            implements Checked {
        @Override
        public void check(Violations violations, String path) {
            List<String> modes = MODES.getOrDefault(family, List.of());
            if (!modes.isEmpty() && !modes.contains(mode)) {
                violations.body(path + ".mode", "UNKNOWN_VALUE", family + " has the modes " + String.join(", ", modes));
            }
        }

        String trustDomainOrUsual() {
            return trustDomain == null ? "cluster.local" : trustDomain;
        }
    }
}
