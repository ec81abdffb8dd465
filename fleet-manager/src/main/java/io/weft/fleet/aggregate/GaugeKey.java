package io.weft.fleet.aggregate;

import java.time.Instant;
import java.util.Comparator;

/** @param counter whether values add up; else the last one counts */
record GaugeKey(ClusterKey cluster, Instant windowStart, String name, String revision, boolean counter)
        implements Comparable<GaugeKey> {
    private static final Comparator<GaugeKey> ORDER = Comparator.comparing(GaugeKey::cluster)
            .thenComparing(GaugeKey::windowStart)
            .thenComparing(GaugeKey::name)
            .thenComparing(GaugeKey::revision)
            .thenComparing(GaugeKey::counter);

    @Override
    public int compareTo(GaugeKey other) {
        return ORDER.compare(this, other);
    }
}
