package io.weft.agent.telemetry;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * What one group of counters (one edge in one instance) moved by.
 *
 * @param requests by response class
 * @param bounds ascending upper bounds in ms, without +Inf
 * @param counts per bucket, one more than bounds; empty where there is no histogram
 * @param handshakes TLS handshakes; -1 = not reported
 */
record TrafficDelta(Map<String, Long> requests, List<Double> bounds, List<Long> counts, double sum, long handshakes) {
    static final String CLASS = "class:";
    static final String BUCKET = "le:";
    static final String SUM = "sum";
    static final String HANDSHAKES = "handshakes";

    TrafficDelta {
        requests = Map.copyOf(requests);
        bounds = List.copyOf(bounds);
        counts = List.copyOf(counts);
    }

    boolean isEmpty() {
        return requests.isEmpty() && counts.isEmpty() && handshakes <= 0;
    }

    /**
     * From the deltas of a group's counters and all bucket bounds that the group lists. Prometheus buckets are cumulative;
     * windows carry each bucket by itself, so that they can be added and compared.
     */
    static TrafficDelta of(Map<String, Double> deltas, boolean reportsHandshakes, List<Double> bounds) {
        Map<String, Long> requests = new TreeMap<>();
        deltas.forEach((series, moved) -> {
            if (series.startsWith(CLASS)) {
                requests.put(series.substring(CLASS.length()), Math.round(moved));
            }
        });
        double total = deltas.getOrDefault(BUCKET + "+Inf", 0.0);
        boolean histogram = total > 0 && !bounds.isEmpty();
        long handshakes = reportsHandshakes ? Math.round(deltas.getOrDefault(HANDSHAKES, 0.0)) : -1;
        return new TrafficDelta(
                requests,
                histogram ? bounds : List.of(),
                histogram ? perBucket(deltas, bounds, total) : List.of(),
                deltas.getOrDefault(SUM, 0.0),
                handshakes);
    }

    private static List<Long> perBucket(Map<String, Double> deltas, List<Double> bounds, double total) {
        List<Long> counts = new ArrayList<>(bounds.size() + 1);
        double below = 0;
        for (double bound : bounds) {
            double cumulative = Math.max(below, deltas.getOrDefault(BUCKET + bound, 0.0));
            counts.add(Math.round(cumulative - below));
            below = cumulative;
        }
        counts.add(Math.max(0, Math.round(total - below)));
        return counts;
    }
}
