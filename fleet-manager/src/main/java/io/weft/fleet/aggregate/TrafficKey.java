package io.weft.fleet.aggregate;

import java.time.Instant;
import java.util.Comparator;
import java.util.List;

/** Windows of traffic with the same key add up; histograms with other bounds are another key. */
record TrafficKey(
        ClusterKey cluster,
        Instant windowStart,
        String reporter,
        String srcNamespace,
        String srcWorkload,
        String dstNamespace,
        String dstWorkload,
        String dstService,
        String revision,
        List<Double> bounds)
        implements Comparable<TrafficKey> {
    private static final Comparator<TrafficKey> ORDER = Comparator.comparing(TrafficKey::cluster)
            .thenComparing(TrafficKey::windowStart)
            .thenComparing(TrafficKey::reporter)
            .thenComparing(TrafficKey::srcNamespace)
            .thenComparing(TrafficKey::srcWorkload)
            .thenComparing(TrafficKey::dstNamespace)
            .thenComparing(TrafficKey::dstWorkload)
            .thenComparing(TrafficKey::dstService)
            .thenComparing(TrafficKey::revision)
            .thenComparing(key -> key.bounds().toString());

    TrafficKey {
        bounds = List.copyOf(bounds);
    }

    /** Writers that lock rows in one order do not deadlock. */
    @Override
    public int compareTo(TrafficKey other) {
        return ORDER.compare(this, other);
    }
}
