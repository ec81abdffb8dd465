package io.weft.agent.telemetry;

import com.google.protobuf.Duration;
import io.weft.agent.report.Times;
import io.weft.protocol.v1.GaugeSeries;
import io.weft.protocol.v1.ResourceSeries;
import io.weft.protocol.v1.TrafficSeries;
import io.weft.protocol.v1.Window;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Windows being filled: deltas of many instances added up to edges between workloads, so that what leaves the cluster does
 * not grow with pods, addresses or paths (T20).
 */
final class Windows {
    static final int SECONDS = 10;

    private final TreeMap<Instant, Map<TrafficKey, TrafficSum>> traffic = new TreeMap<>();
    private final TreeMap<Instant, Map<ResourceKey, ResourceSum>> resources = new TreeMap<>();
    private final TreeMap<Instant, Map<GaugeKey, Double>> gauges = new TreeMap<>();

    /** One edge, seen from one side. Bounds are part of the key: unlike buckets never add up (T3). */
    record TrafficKey(
            String reporter,
            String namespace,
            String workload,
            String toNamespace,
            String toService,
            String revision,
            List<Double> bounds) {
        TrafficKey {
            bounds = List.copyOf(bounds);
        }
    }

    record ResourceKey(String component, String namespace, String workload, String revision) {}

    record GaugeKey(String name, String revision, boolean counter) {}

    /** Start of the window an instant lies in. */
    static Instant startOf(Instant time) {
        return Instant.ofEpochSecond(Math.floorDiv(time.getEpochSecond(), SECONDS) * SECONDS);
    }

    synchronized void add(Instant window, TrafficKey key, TrafficDelta delta) {
        traffic.computeIfAbsent(window, _ -> new HashMap<>())
                .computeIfAbsent(key, TrafficSum::new)
                .add(delta);
    }

    /** CPU seconds (negative = not reported) and bytes (negative = not reported) of one instance. */
    synchronized void add(Instant window, ResourceKey key, double cpuSeconds, double memoryBytes) {
        resources
                .computeIfAbsent(window, _ -> new HashMap<>())
                .computeIfAbsent(key, _ -> new ResourceSum())
                .add(cpuSeconds, memoryBytes);
    }

    synchronized void add(Instant window, GaugeKey key, double value) {
        gauges.computeIfAbsent(window, _ -> new HashMap<>()).merge(key, value, Double::sum);
    }

    /** Takes out all windows that begin before the instant. */
    synchronized List<Window> drainBefore(Instant end) {
        List<Window> windows = new ArrayList<>();
        Map<Instant, Map<TrafficKey, TrafficSum>> closed = traffic.headMap(end);
        closed.forEach((start, sums) -> sums.forEach((key, sum) ->
                windows.add(window(start).setTraffic(sum.series(key)).build())));
        closed.clear();
        Map<Instant, Map<ResourceKey, ResourceSum>> used = resources.headMap(end);
        used.forEach((start, sums) -> sums.forEach((key, sum) ->
                windows.add(window(start).setResource(sum.series(key)).build())));
        used.clear();
        Map<Instant, Map<GaugeKey, Double>> seen = gauges.headMap(end);
        seen.forEach((start, values) -> values.forEach((key, value) -> windows.add(window(start)
                .setGauge(GaugeSeries.newBuilder()
                        .setName(key.name())
                        .setRevision(key.revision())
                        .setCounter(key.counter())
                        .setValue(value))
                .build())));
        seen.clear();
        return windows;
    }

    private static Window.Builder window(Instant start) {
        return Window.newBuilder()
                .setStart(Times.stamp(start))
                .setLength(Duration.newBuilder().setSeconds(SECONDS));
    }

    /** Sums of one key in one window. */
    private static final class TrafficSum {
        private final Map<String, Long> requests = new TreeMap<>();
        private final long[] counts;
        private double sum;
        private long handshakes = -1;

        TrafficSum(TrafficKey key) {
            this.counts = new long[key.bounds().isEmpty() ? 0 : key.bounds().size() + 1];
        }

        void add(TrafficDelta delta) {
            delta.requests().forEach((name, count) -> requests.merge(name, count, Long::sum));
            for (int i = 0; i < Math.min(counts.length, delta.counts().size()); i++) {
                counts[i] += delta.counts().get(i);
            }
            sum += delta.sum();
            if (delta.handshakes() >= 0) {
                handshakes = Math.max(0, handshakes) + delta.handshakes();
            }
        }

        TrafficSeries series(TrafficKey key) {
            TrafficSeries.Builder series = TrafficSeries.newBuilder()
                    .setReporter(key.reporter())
                    .setRevision(key.revision())
                    .putAllRequests(requests)
                    .addAllBounds(key.bounds())
                    .setSum(sum)
                    .setTlsHandshakes(handshakes);
            for (long count : counts) {
                series.addCounts(count);
            }
            boolean destination = "destination".equals(key.reporter());
            var own = destination ? series.getDestinationBuilder() : series.getSourceBuilder();
            own.setNamespace(key.namespace()).setWorkload(key.workload());
            if (!destination && !key.toService().isEmpty()) {
                series.getDestinationBuilder().setNamespace(key.toNamespace()).setService(key.toService());
            }
            return series.build();
        }
    }

    private static final class ResourceSum {
        private double cpu = -1;
        private double memory = -1;

        void add(double cpuSeconds, double memoryBytes) {
            if (cpuSeconds >= 0) {
                cpu = Math.max(0, cpu) + cpuSeconds;
            }
            if (memoryBytes >= 0) {
                memory = Math.max(0, memory) + memoryBytes;
            }
        }

        ResourceSeries series(ResourceKey key) {
            return ResourceSeries.newBuilder()
                    .setComponent(key.component())
                    .setNamespace(key.namespace())
                    .setWorkload(key.workload())
                    .setRevision(key.revision())
                    .setCpuSeconds(cpu)
                    .setMemoryBytes((long) memory)
                    .build();
        }
    }
}
