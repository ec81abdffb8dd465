package io.weft.agent.telemetry;

import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * One metrics page, reduced to what a definition asks for: counters by group and series, gauges by metric name.
 *
 * @param counters group key "index of the traffic family|edge label's value" to series to value
 * @param bounds bucket bounds that each group lists
 * @param sums of every plain metric over all its series
 */
record PageReading(
        Map<String, Map<String, Double>> counters, Map<String, TreeSet<Double>> bounds, Map<String, Double> sums) {

    /** Reads a page. Throws IOException when the stream ends in the middle: half a page would look like a reset. */
    static PageReading of(ScrapeSpec spec, InputStream page) throws IOException {
        PageReading reading = new PageReading(new HashMap<>(), new HashMap<>(), new HashMap<>());
        MetricLines.read(page, wanted(spec), (name, labels, value) -> reading.take(spec, name, labels, value));
        return reading;
    }

    static String group(int family, String edge) {
        return family + "|" + edge;
    }

    static int familyOf(String group) {
        return Integer.parseInt(group.substring(0, group.indexOf('|')));
    }

    static String edgeOf(String group) {
        return group.substring(group.indexOf('|') + 1);
    }

    List<Double> boundsOf(String group) {
        return new ArrayList<>(bounds.getOrDefault(group, new TreeSet<>()));
    }

    private static Set<String> wanted(ScrapeSpec spec) {
        Set<String> wanted = new HashSet<>();
        spec.traffic().forEach(traffic -> {
            wanted.add(traffic.requests());
            wanted.add(traffic.handshakes());
            wanted.add(traffic.histogram() + "_bucket");
            wanted.add(traffic.histogram() + "_sum");
        });
        spec.gauges().forEach(gauge -> wanted.add(gauge.metric()));
        wanted.add(spec.resources().cpuMetric());
        wanted.add(spec.resources().memoryMetric());
        wanted.remove("");
        return wanted;
    }

    private void take(ScrapeSpec spec, String name, Map<String, String> labels, double value) {
        sums.merge(name, value, Double::sum);
        for (int family = 0; family < spec.traffic().size(); family++) {
            TrafficSpec traffic = spec.traffic().get(family);
            Optional<String> series = seriesOf(traffic, name, labels);
            Optional<String> edge = series.isEmpty() ? Optional.empty() : traffic.groupOf(labels);
            if (edge.isPresent()) {
                String group = group(family, edge.get());
                counters.computeIfAbsent(group, _ -> new HashMap<>()).merge(series.orElseThrow(), value, Double::sum);
                if (series.orElseThrow().startsWith(TrafficDelta.BUCKET)) {
                    noteBound(group, series.orElseThrow().substring(TrafficDelta.BUCKET.length()));
                }
            }
        }
    }

    private void noteBound(String group, String bound) {
        if (!"+Inf".equals(bound)) {
            bounds.computeIfAbsent(group, _ -> new TreeSet<>()).add(Double.parseDouble(bound));
        }
    }

    private static Optional<String> seriesOf(TrafficSpec traffic, String name, Map<String, String> labels) {
        if (name.equals(traffic.requests())) {
            return TrafficSpec.responseClass(labels.getOrDefault(traffic.classLabel(), ""))
                    .map(found -> TrafficDelta.CLASS + found);
        }
        if (name.equals(traffic.handshakes())) {
            return Optional.of(TrafficDelta.HANDSHAKES);
        }
        if (name.equals(traffic.histogram() + "_sum")) {
            return Optional.of(TrafficDelta.SUM);
        }
        if (name.equals(traffic.histogram() + "_bucket")) {
            return bound(labels.getOrDefault("le", "")).map(bound -> TrafficDelta.BUCKET + bound);
        }
        return Optional.empty();
    }

    private static Optional<String> bound(String text) {
        if ("+Inf".equals(text)) {
            return Optional.of(text);
        }
        try {
            return Optional.of(Double.toString(Double.parseDouble(text)));
        } catch (NumberFormatException _) {
            return Optional.empty();
        }
    }
}
