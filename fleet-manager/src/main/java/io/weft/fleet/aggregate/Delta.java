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

    void add(Windows batch) {
        windows += batch.count();
        add(batch.traffic(), batch.resources(), batch.gauges());
    }

    /** Takes in what was read after this. */
    void add(Delta later) {
        windows += later.windows;
        add(later.traffic, later.resources, later.gauges);
        later.progress.forEach(this::advance);
        later.offsets.forEach(this::read);
    }

    private void add(
            Map<TrafficKey, Traffic> moreTraffic,
            Map<ResourceKey, Resource> moreResources,
            Map<GaugeKey, Gauge> moreGauges) {
        moreTraffic.forEach((key, window) -> traffic.merge(key, window, Rollup::merge));
        moreResources.forEach((key, window) -> resources.merge(key, window, Rollup::merge));
        moreGauges.forEach((key, window) -> gauges.merge(key, window, (a, b) -> Rollup.merge(key.counter(), a, b)));
    }

    /** The same place in the stream without any window: they count as lost. */
    Delta lost() {
        Delta lost = new Delta();
        progress.forEach((cluster, by) -> lost.advance(cluster, by.lost()));
        offsets.forEach(lost::read);
        return lost;
    }

    void advance(ClusterKey cluster, Progress by) {
        progress.merge(cluster, by, Progress::then);
    }

    /** A partition was read so far. */
    void read(int partition, OffsetMove move) {
        offsets.merge(
                partition, move, (before, after) -> new OffsetMove(after.generation(), before.from(), after.next()));
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

    /**
     * A part of a partition.
     *
     * @param generation of the assignment that read it; a newer owner has a higher one
     */
    record OffsetMove(long generation, long from, long next) {}

    /** How far a cluster got. */
    record Progress(
            Instant completeThrough, long run, long sequence, long records, long samplesLost, long batchesRejected) {
        Progress then(Progress later) {
            return new Progress(
                    completeThrough.isAfter(later.completeThrough) ? completeThrough : later.completeThrough,
                    later.run,
                    later.sequence,
                    Rollup.sum(records, later.records),
                    Rollup.sum(samplesLost, later.samplesLost),
                    Rollup.sum(batchesRejected, later.batchesRejected));
        }

        Progress lost() {
            return new Progress(completeThrough, run, sequence, 0, Rollup.sum(samplesLost, records), batchesRejected);
        }
    }
}
