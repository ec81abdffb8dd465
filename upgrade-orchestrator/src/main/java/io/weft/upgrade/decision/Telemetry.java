package io.weft.upgrade.decision;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Complete windows of the namespaces in question, added up as {@link TrafficRanges} asks.
 *
 * @param completeThrough end of the cluster's newest complete window; empty when it never sent any
 * @param before per namespace, before the wave's first restart
 * @param since per namespace, since that restart: destinations on the new revision only, sources all
 * @param settled like {@code since}, from some seconds after the last pod was Ready
 * @param unjudged complete windows that were not judged by themselves yet, oldest first
 */
public record Telemetry(
        Optional<Instant> completeThrough,
        Map<String, Traffic.BothEnds> before,
        Map<String, Traffic.BothEnds> since,
        Map<String, Traffic.BothEnds> settled,
        List<Window> unjudged) {
    public static final Duration WINDOW = Duration.ofSeconds(10);

    public static final Telemetry NONE = new Telemetry(Optional.empty(), Map.of(), Map.of(), Map.of(), List.of());

    public Telemetry {
        before = Map.copyOf(before);
        since = Map.copyOf(since);
        settled = Map.copyOf(settled);
        unjudged = List.copyOf(unjudged);
    }

    /** One window of ten seconds, per namespace. */
    public record Window(Instant start, Map<String, Traffic.BothEnds> traffic) {
        public Window {
            traffic = Map.copyOf(traffic);
        }
    }

    boolean olderThan(Duration limit, Instant now) {
        return completeThrough
                .map(through -> through.isBefore(now.minus(limit)))
                .orElse(true);
    }

    static Traffic total(Map<String, Traffic.BothEnds> traffic, Traffic.Reporter reporter) {
        return traffic.values().stream().map(both -> both.of(reporter)).reduce(Traffic.NONE, Traffic::plus);
    }
}
