package io.weft.fleet.aggregate;

import io.weft.kit.id.TenantId;
import java.util.Comparator;
import java.util.UUID;

/** A cluster of a tenant, as the gateway stamped it. */
record ClusterKey(TenantId tenant, UUID cluster) implements Comparable<ClusterKey> {
    private static final Comparator<ClusterKey> ORDER =
            Comparator.comparing((ClusterKey key) -> key.tenant().value()).thenComparing(ClusterKey::cluster);

    @Override
    public int compareTo(ClusterKey other) {
        return ORDER.compare(this, other);
    }
}
