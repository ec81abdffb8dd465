package io.weft.fleet.render;

import java.util.List;
import java.util.Map;

/** The answer of a render. */
public sealed interface Rendered {

    /** Objects by chart. */
    record Objects(Map<String, List<Map<String, Object>>> charts) implements Rendered {
        public Objects {
            charts = Map.copyOf(charts);
        }

        /** Objects of one chart, none where it gave none. */
        public List<Map<String, Object>> of(String chart) {
            return charts.getOrDefault(chart, List.of());
        }

        public List<Map<String, Object>> all() {
            return charts.values().stream().flatMap(List::stream).toList();
        }
    }

    /** The chart does not render with these values; it will not the next time either. */
    record Refused(String reason) implements Rendered {}

    /** The child process ended without an answer, by time or memory limit; another try may succeed. */
    record Broken(String reason) implements Rendered {}
}
