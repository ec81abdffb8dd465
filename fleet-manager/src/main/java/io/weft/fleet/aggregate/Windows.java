package io.weft.fleet.aggregate;

import io.weft.fleet.telemetry.WireTime;
import io.weft.protocol.v1.GaugeSeries;
import io.weft.protocol.v1.ResourceSeries;
import io.weft.protocol.v1.TelemetryBatch;
import io.weft.protocol.v1.TrafficSeries;
import io.weft.protocol.v1.Window;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/** Turns a batch's windows into sums. What no agent of ours would send is counted and left out. */
final class Windows {
    static final Duration LENGTH = Duration.ofSeconds(10);
    /** How long a closed window may still be amended. */
    static final Duration LATENESS = Duration.ofHours(1);

    private static final Duration AHEAD = Duration.ofMinutes(1);
    private static final int MAX_BUCKETS = 100;
    private static final int MAX_NAME_CHARACTERS = 253;
    private static final Set<String> REPORTERS = Set.of("source", "destination");

    private Windows() {}

    /** Adds a batch of a cluster; gives how many windows were left out. */
    static long addTo(Delta delta, ClusterKey cluster, TelemetryBatch batch, Instant receiveTime) {
        long leftOut = 0;
        for (Window window : batch.getWindowsList()) {
            Optional<Instant> start = start(window, receiveTime);
            if (start.isEmpty() || !add(delta, cluster, start.get(), window, batch)) {
                leftOut++;
            }
        }
        return leftOut;
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

    private static boolean add(Delta delta, ClusterKey cluster, Instant start, Window window, TelemetryBatch batch) {
        return switch (window.getSeriesCase()) {
            case TRAFFIC -> add(delta, cluster, start, window.getTraffic());
            case RESOURCE -> add(delta, cluster, start, window.getResource());
            case GAUGE -> add(delta, cluster, start, window.getGauge(), batch);
            case SERIES_NOT_SET -> false;
        };
    }

    private static boolean add(Delta delta, ClusterKey cluster, Instant start, TrafficSeries traffic) {
        TrafficKey key = new TrafficKey(
                cluster,
                start,
                traffic.getReporter(),
                traffic.getSource().getNamespace(),
                traffic.getSource().getWorkload(),
                traffic.getDestination().getNamespace(),
                traffic.getDestination().getWorkload(),
                traffic.getDestination().getService(),
                traffic.getRevision(),
                traffic.getBoundsList());
        boolean sane = REPORTERS.contains(key.reporter())
                && areNames(
                        key.srcNamespace(),
                        key.srcWorkload(),
                        key.dstNamespace(),
                        key.dstWorkload(),
                        key.dstService(),
                        key.revision())
                && isHistogram(traffic)
                && traffic.getRequestsMap().values().stream().allMatch(count -> count >= 0);
        if (sane) {
            delta.add(key, traffic(traffic));
        }
        return sane;
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
                traffic.getCountsList(),
                traffic.getSum(),
                Math.max(Traffic.NOT_REPORTED, traffic.getTlsHandshakes()));
    }

    private static boolean isHistogram(TrafficSeries traffic) {
        List<Double> bounds = traffic.getBoundsList();
        boolean ascending = true;
        for (int i = 0; i < bounds.size(); i++) {
            ascending &= Double.isFinite(bounds.get(i)) && (i == 0 || bounds.get(i - 1) < bounds.get(i));
        }
        boolean empty = bounds.isEmpty() && traffic.getCountsCount() == 0;
        return ascending
                && bounds.size() <= MAX_BUCKETS
                && (empty || traffic.getCountsCount() == bounds.size() + 1)
                && traffic.getCountsList().stream().allMatch(count -> count >= 0)
                && Double.isFinite(traffic.getSum())
                && traffic.getSum() >= 0;
    }

    private static boolean add(Delta delta, ClusterKey cluster, Instant start, ResourceSeries use) {
        boolean sane = areNames(use.getComponent(), use.getNamespace(), use.getWorkload(), use.getRevision())
                && !use.getComponent().isEmpty()
                && Double.isFinite(use.getCpuSeconds());
        if (sane) {
            delta.add(
                    new ResourceKey(
                            cluster,
                            start,
                            use.getComponent(),
                            use.getNamespace(),
                            use.getWorkload(),
                            use.getRevision()),
                    new Resource(
                            Optional.of(use.getCpuSeconds()).filter(value -> value >= 0),
                            Optional.of(use.getMemoryBytes()).filter(value -> value >= 0)));
        }
        return sane;
    }

    private static boolean add(
            Delta delta, ClusterKey cluster, Instant start, GaugeSeries gauge, TelemetryBatch batch) {
        boolean sane = areNames(gauge.getName(), gauge.getRevision())
                && !gauge.getName().isEmpty()
                && Double.isFinite(gauge.getValue());
        if (sane) {
            delta.add(
                    new GaugeKey(cluster, start, gauge.getName(), gauge.getRevision(), gauge.getCounter()),
                    new Gauge(gauge.getValue(), batch.getRun(), batch.getSequence()));
        }
        return sane;
    }

    /** Kubernetes names fit; PostgreSQL stores no NUL. */
    private static boolean areNames(String... names) {
        return Stream.of(names).allMatch(name -> name.length() <= MAX_NAME_CHARACTERS && name.indexOf('\0') < 0);
    }
}
