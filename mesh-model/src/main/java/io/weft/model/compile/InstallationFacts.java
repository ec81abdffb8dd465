package io.weft.model.compile;

import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * One mesh in one cluster.
 *
 * @param versions of every control plane that runs or is to run; the compile is for the oldest
 * @param placements revision by namespace
 * @param defaultRevision revision for what stands in no placed namespace, "" where there is none yet
 */
public record InstallationFacts(
        String id,
        String family,
        String mode,
        List<String> versions,
        SortedMap<String, String> placements,
        String defaultRevision,
        String trustDomain) {
    public InstallationFacts {
        versions = List.copyOf(versions);
        placements = new TreeMap<>(placements);
    }
}
