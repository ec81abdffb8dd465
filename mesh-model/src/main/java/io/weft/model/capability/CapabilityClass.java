package io.weft.model.capability;

import io.weft.model.policy.PolicyKind;
import java.util.List;

/**
 * Installations for which the matrix gives the same rows.
 *
 * @param name e.g. {@code istio-1.26-sidecar}: family, first version of the range, mode
 * @param capabilities one row per kind of policy that has a compiler
 */
public record CapabilityClass(String name, List<Capability> capabilities) {
    public CapabilityClass {
        capabilities = List.copyOf(capabilities);
    }

    public boolean enforces(PolicyKind kind) {
        return capabilities.stream().anyMatch(capability -> capability.kind() == kind);
    }
}
