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

/** One metrics page, reduced to what a definition asks for. */
final class PageReading {

    /** Of one page: a proxy that called 600 services lists about so many. */
    static final int MAX_SERIES = 20_000;

    private final Map<String, Map<String, Double>> counters = new HashMap<>();
    private final Map<String, TreeSet<Double>> bounds = new HashMap<>();
    private final Map<String, Double> sums = new HashMap<>();
    private int series;

    /** Reads a page. Throws IOException when it cannot be had whole: half a page would look like a restart. */
    static PageReading of(ScrapeSpec spec, InputStream page) throws IOException {
        PageReading reading = new PageReading();
        MetricLines.read(page, wanted(spec), (name, labels, value) -> reading.take(spec, name, labels, value));
        if (reading.series > MAX_SERIES) {
            throw new IOException("the page has more than " + MAX_SERIES + " series that are asked for");
        }
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

    /** Group key "index of the traffic family|edge label's value" to series to value. */
    Map<String, Map<String, Double>> counters() {
        return counters;
    }

    /** Of every plain metric over all its series. */
    Map<String, Double> sums() {
        return sums;
    }

    /** Bucket bounds that the group lists, ascending. */
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
            Optional<String> kind = kindOf(traffic, name, labels);
            Optional<String> edge = kind.isEmpty() ? Optional.empty() : traffic.groupOf(labels);
            if (edge.isPresent() && series <= MAX_SERIES) {
                String group = group(family, edge.get());
                count(group, kind.orElseThrow(), value);
            }
        }
    }

    private void count(String group, String kind, double value) {
        Map<String, Double> known = counters.computeIfAbsent(group, _ -> new HashMap<>());
        series += known.containsKey(kind) ? 0 : 1;
        known.merge(kind, value, Double::sum);
        if (kind.startsWith(TrafficDelta.BUCKET)) {
            noteBound(group, kind.substring(TrafficDelta.BUCKET.length()));
        }
    }

    private void noteBound(String group, String bound) {
        if (!"+Inf".equals(bound)) {
            bounds.computeIfAbsent(group, _ -> new TreeSet<>()).add(Double.parseDouble(bound));
        }
    }

    private static Optional<String> kindOf(TrafficSpec traffic, String name, Map<String, String> labels) {
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
