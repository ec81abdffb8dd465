package io.weft.agent.telemetry;

import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/**
 * Counters of one instance (a container's run), turned into deltas before anything is summed: a restarted proxy begins at
 * zero, and a sum of counters would then go backwards (T10). Counters that belong together (all classes and buckets of one
 * edge) form a group and are reset together: if one of them fell, all began anew.
 */
final class Counters {
    private static final int MAX_GROUPS = 10_000;

    private Map<String, Map<String, Double>> last = new HashMap<>();
    private boolean fromZero;

    /**
     * @param fromZero true when the instance began after the scraper knew of it, so that its first values are deltas;
     *     false: the first values are only a baseline
     */
    Counters(boolean fromZero) {
        this.fromZero = fromZero;
    }

    /**
     * Deltas since the last reading, by group and series; groups that did not move are left out. A group that is new in a
     * known instance counts from zero: what was never touched is not listed (T23).
     */
    Map<String, Map<String, Double>> deltas(Map<String, Map<String, Double>> now) {
        Map<String, Map<String, Double>> deltas = new HashMap<>();
        if (fromZero) {
            now.forEach((group, values) -> {
                Map<String, Double> delta = delta(last.getOrDefault(group, Map.of()), values);
                if (!delta.isEmpty()) {
                    deltas.put(group, delta);
                }
            });
        }
        fromZero = true;
        last = merged(now);
        return deltas;
    }

    private static Map<String, Double> delta(Map<String, Double> before, Map<String, Double> now) {
        // A histogram's sum is an estimate and may waver; whole counts never fall.
        boolean reset = now.entrySet().stream()
                .filter(entry -> !entry.getKey().equals(TrafficDelta.SUM))
                .anyMatch(entry -> entry.getValue() < before.getOrDefault(entry.getKey(), 0.0));
        Map<String, Double> delta = new HashMap<>();
        now.forEach((series, value) -> {
            double moved = reset ? value : value - before.getOrDefault(series, 0.0);
            if (moved > 0) {
                delta.put(series, moved);
            }
        });
        return delta;
    }

    /**
     * A group missing from one reading keeps its last values: it may be listed again, and has not begun anew by that. Of
     * pages that list ever other groups nothing is kept.
     */
    private Map<String, Map<String, Double>> merged(Map<String, Map<String, Double>> now) {
        if (last.size() > MAX_GROUPS) {
            return now;
        }
        Map<String, Map<String, Double>> merged = new HashMap<>();
        Set<String> groups = new HashSet<>(last.keySet());
        groups.addAll(now.keySet());
        groups.forEach(group -> merged.put(group, now.getOrDefault(group, last.getOrDefault(group, Map.of()))));
        return merged;
    }
}
