package io.weft.model.manifest;

import java.util.List;

/** Objects applied together, and the checks that hold back the next phase. */
public record PhasePlan(String name, List<Manifest> manifests, List<Check> checks) {

    public PhasePlan {
        manifests = List.copyOf(manifests);
        checks = List.copyOf(checks);
    }

    public static PhasePlan of(String name, List<Manifest> manifests) {
        return new PhasePlan(name, manifests, List.of());
    }
}
