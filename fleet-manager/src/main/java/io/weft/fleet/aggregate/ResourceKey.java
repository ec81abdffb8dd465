package io.weft.fleet.aggregate;

import java.time.Instant;
import java.util.Comparator;

/** Windows of resource use with the same key come together. */
record ResourceKey(
        ClusterKey cluster, Instant windowStart, String component, String namespace, String workload, String revision)
        implements Comparable<ResourceKey> {
    private static final Comparator<ResourceKey> ORDER = Comparator.comparing(ResourceKey::cluster)
            .thenComparing(ResourceKey::windowStart)
            .thenComparing(ResourceKey::component)
            .thenComparing(ResourceKey::namespace)
            .thenComparing(ResourceKey::workload)
            .thenComparing(ResourceKey::revision);

    @Override
    public int compareTo(ResourceKey other) {
        return ORDER.compare(this, other);
    }
}
