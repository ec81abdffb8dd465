package io.weft.fleet.aggregate;

import io.weft.fleet.telemetry.WireTime;
import io.weft.protocol.v1.GaugeSeries;
import io.weft.protocol.v1.ResourceSeries;
import io.weft.protocol.v1.TelemetryBatch;
import io.weft.protocol.v1.TrafficSeries;
import io.weft.protocol.v1.Window;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * A batch's windows, ready to be added up. What no agent of ours would send is counted and left out, so that no number of one
 * agent can make a sum overflow.
 *
 * @param leftOut how many windows were
 */
record Windows(
        Map<TrafficKey, Traffic> traffic,
        Map<ResourceKey, Resource> resources,
        Map<GaugeKey, Gauge> gauges,
        int count,
        long leftOut) {
    static final Duration LENGTH = Duration.ofSeconds(10);
    /** How long a closed window may still be amended. */
    static final Duration LATENESS = Duration.ofHours(1);

    private static final Duration AHEAD = Duration.ofMinutes(1);
    private static final int MAX_BUCKETS = 100;
    private static final int MAX_NAME_CHARACTERS = 253;
    /** Requests, handshakes or CPU seconds that one series can have in ten seconds. */
    static final long MOST = 1_000_000_000;
    /** Bytes, milliseconds and gauges; sums of far more windows than anybody sends stay exact enough and finite. */
    private static final double MOST_OF_A_MEASURE = 1e15;

    private static final Set<String> REPORTERS = Set.of("source", "destination");

    /** The windows of a cluster's batch. */
    static Windows of(ClusterKey cluster, TelemetryBatch batch, Instant receiveTime) {
        Reading reading = new Reading(cluster, batch);
        long leftOut = 0;
        for (Window window : batch.getWindowsList()) {
            Optional<Instant> start = start(window, receiveTime);
            if (start.isEmpty() || !reading.add(start.get(), window)) {
                leftOut++;
            }
        }
        return new Windows(
                reading.traffic,
                reading.resources,
                reading.gauges,
                Math.toIntExact(batch.getWindowsCount() - leftOut),
                leftOut);
    }

    /** Of a batch that cannot be taken in at all. */
    static Windows allLeftOut(TelemetryBatch batch) {
        return new Windows(Map.of(), Map.of(), Map.of(), 0, batch.getWindowsCount());
    }

    private static Optional<Instant> start(Window window, Instant receiveTime) {
        if (window.getLength().getSeconds() != LENGTH.toSeconds()
                || window.getLength().getNanos() != 0) {
            return Optional.empty();
        }
        return WireTime.read(window.getStart())
                .filter(start -> start.getNano() == 0 && start.getEpochSecond() % LENGTH.toSeconds() == 0)
                .filter(start -> start.plus(LENGTH).plus(LATENESS).isAfter(receiveTime)
                        && start.isBefore(receiveTime.plus(AHEAD)));
    }

    private static Traffic traffic(TrafficSeries traffic) {
        Map<String, Long> requests = traffic.getRequestsMap();
        long rq2xx = requests.getOrDefault("2xx", 0L);
        long rq3xx = requests.getOrDefault("3xx", 0L);
        long rq4xx = requests.getOrDefault("4xx", 0L);
        long rq5xx = requests.getOrDefault("5xx", 0L);
        long all = requests.values().stream().mapToLong(Long::longValue).sum();
        return new Traffic(
                rq2xx,
                rq3xx,
                rq4xx,
                rq5xx,
                all - rq2xx - rq3xx - rq4xx - rq5xx,
                traffic.getBoundsCount() == 0 ? List.of() : traffic.getCountsList(),
                traffic.getSum(),
                Math.max(Traffic.NOT_REPORTED, traffic.getTlsHandshakes()));
    }

    private static boolean isHistogram(TrafficSeries traffic) {
        List<Double> bounds = traffic.getBoundsList();
        boolean ascending = true;
        for (int i = 0; i < bounds.size(); i++) {
            ascending &= Double.isFinite(bounds.get(i)) && (i == 0 || bounds.get(i - 1) < bounds.get(i));
        }
        // Without bounds its one bucket says nothing that the requests do not say.
        boolean fits =
                traffic.getCountsCount() == bounds.size() + 1 || (traffic.getCountsCount() == 0 && bounds.isEmpty());
        return ascending
                && bounds.size() <= MAX_BUCKETS
                && fits
                && areCounts(traffic.getCountsList())
                && traffic.getSum() >= 0
                && traffic.getSum() <= MOST_OF_A_MEASURE;
    }

    /** Each and all together. */
    private static boolean areCounts(Collection<Long> counts) {
        long all = 0;
        for (long count : counts) {
            if (count < 0 || count > MOST) {
                return false;
            }
            all += count;
        }
        return all <= MOST;
    }

    /** Kubernetes names fit; PostgreSQL stores no NUL. */
    private static boolean areNames(String... names) {
        return Stream.of(names).allMatch(name -> name.length() <= MAX_NAME_CHARACTERS && name.indexOf('\0') < 0);
    }

    /** Collects the windows of one batch. */
    private static final class Reading {
        private final ClusterKey cluster;
        private final TelemetryBatch batch;
        private final Map<TrafficKey, Traffic> traffic = new HashMap<>();
        private final Map<ResourceKey, Resource> resources = new HashMap<>();
        private final Map<GaugeKey, Gauge> gauges = new HashMap<>();

        Reading(ClusterKey cluster, TelemetryBatch batch) {
            this.cluster = cluster;
            this.batch = batch;
        }

        boolean add(Instant start, Window window) {
            return switch (window.getSeriesCase()) {
                case TRAFFIC -> add(start, window.getTraffic());
                case RESOURCE -> add(start, window.getResource());
                case GAUGE -> add(start, window.getGauge());
                case SERIES_NOT_SET -> false;
            };
        }

        private boolean add(Instant start, TrafficSeries series) {
            TrafficKey key = new TrafficKey(
                    cluster,
                    start,
                    series.getReporter(),
                    series.getSource().getNamespace(),
                    series.getSource().getWorkload(),
                    series.getDestination().getNamespace(),
                    series.getDestination().getWorkload(),
                    series.getDestination().getService(),
                    series.getRevision(),
                    series.getBoundsList());
            boolean sane = REPORTERS.contains(key.reporter())
                    && areNames(
                            key.srcNamespace(),
                            key.srcWorkload(),
                            key.dstNamespace(),
                            key.dstWorkload(),
                            key.dstService(),
                            key.revision())
                    && isHistogram(series)
                    && areCounts(series.getRequestsMap().values())
                    && series.getTlsHandshakes() <= MOST;
            if (sane) {
                traffic.merge(key, traffic(series), Rollup::merge);
            }
            return sane;
        }

        private boolean add(Instant start, ResourceSeries use) {
            boolean sane = areNames(use.getComponent(), use.getNamespace(), use.getWorkload(), use.getRevision())
                    && !use.getComponent().isEmpty()
                    && Double.isFinite(use.getCpuSeconds())
                    && use.getCpuSeconds() <= MOST
                    && use.getMemoryBytes() <= MOST_OF_A_MEASURE;
            if (sane) {
                resources.merge(
                        new ResourceKey(
                                cluster,
                                start,
                                use.getComponent(),
                                use.getNamespace(),
                                use.getWorkload(),
                                use.getRevision()),
                        new Resource(
                                Optional.of(use.getCpuSeconds()).filter(value -> value >= 0),
                                Optional.of(use.getMemoryBytes()).filter(value -> value >= 0)),
                        Rollup::merge);
            }
            return sane;
        }

        private boolean add(Instant start, GaugeSeries gauge) {
            boolean sane = areNames(gauge.getName(), gauge.getRevision())
                    && !gauge.getName().isEmpty()
                    && Math.abs(gauge.getValue()) <= MOST_OF_A_MEASURE;
            if (sane) {
                GaugeKey key = new GaugeKey(cluster, start, gauge.getName(), gauge.getRevision(), gauge.getCounter());
                gauges.merge(
                        key,
                        new Gauge(gauge.getValue(), batch.getRun(), batch.getSequence()),
                        (a, b) -> Rollup.merge(key.counter(), a, b));
            }
            return sane;
        }
    }
}
