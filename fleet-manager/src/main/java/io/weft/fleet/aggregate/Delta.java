package io.weft.fleet.aggregate;

import io.weft.kit.id.TenantId;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/** What was read since the last flush, summed up. One owner, one thread. */
final class Delta {
    private final Map<TrafficKey, Traffic> traffic = new HashMap<>();
    private final Map<ResourceKey, Resource> resources = new HashMap<>();
    private final Map<GaugeKey, Gauge> gauges = new HashMap<>();
    private final Map<ClusterKey, Progress> progress = new TreeMap<>();
    private final Map<Integer, OffsetMove> offsets = new TreeMap<>();
    private int windows;

    void add(TrafficKey key, Traffic window) {
        windows++;
        traffic.merge(key, window, Rollup::merge);
    }

    void add(ResourceKey key, Resource window) {
        windows++;
        resources.merge(key, window, Rollup::merge);
    }

    void add(GaugeKey key, Gauge window) {
        windows++;
        gauges.merge(key, window, (a, b) -> Rollup.merge(key.counter(), a, b));
    }

    void advance(ClusterKey cluster, Progress by) {
        progress.merge(cluster, by, Progress::then);
    }

    /** The partition was read up to {@code next}, beginning at {@code from}. */
    void read(int partition, long generation, long from, long next) {
        offsets.merge(
                partition,
                new OffsetMove(generation, from, next),
                (before, after) -> new OffsetMove(generation, before.from(), after.next()));
    }

    boolean isEmpty() {
        return offsets.isEmpty();
    }

    int windows() {
        return windows;
    }

    Set<TenantId> tenants() {
        Set<TenantId> tenants = new TreeSet<>((a, b) -> a.value().compareTo(b.value()));
        progress.keySet().forEach(cluster -> tenants.add(cluster.tenant()));
        return tenants;
    }

    Map<TrafficKey, Traffic> traffic() {
        return traffic;
    }

    Map<ResourceKey, Resource> resources() {
        return resources;
    }

    Map<GaugeKey, Gauge> gauges() {
        return gauges;
    }

    Map<ClusterKey, Progress> progress() {
        return progress;
    }

    Map<Integer, OffsetMove> offsets() {
        return offsets;
    }

    /** @param generation of the assignment that read the partition; a newer owner has a higher one */
    record OffsetMove(long generation, long from, long next) {}

    /** How far a cluster got. */
    record Progress(
            Instant completeThrough, long run, long sequence, long records, long samplesLost, long batchesRejected) {
        Progress then(Progress later) {
            return new Progress(
                    completeThrough.isAfter(later.completeThrough) ? completeThrough : later.completeThrough,
                    later.run,
                    later.sequence,
                    records + later.records,
                    samplesLost + later.samplesLost,
                    batchesRejected + later.batchesRejected);
        }
    }
}
