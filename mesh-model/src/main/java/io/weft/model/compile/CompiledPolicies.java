package io.weft.model.compile;

import io.weft.model.manifest.PhasePlan;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * A compile's answer; equal inputs in any order give equal answers.
 *
 * @param outcomes by policy id
 * @param phases of layer {@code policy}, empty phases left out
 * @param probes at most one per policy, sorted by policy id
 */
public record CompiledPolicies(
        String capabilityClass,
        SortedMap<String, PolicyOutcome> outcomes,
        List<PhasePlan> phases,
        List<ProbePlan> probes) {
    public CompiledPolicies {
        outcomes = new TreeMap<>(outcomes);
        phases = List.copyOf(phases);
        probes = List.copyOf(probes);
    }
}
