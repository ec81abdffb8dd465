package io.weft.agent.telemetry;

import com.fasterxml.jackson.databind.JsonNode;
import io.weft.agent.inventory.PodView;
import io.weft.agent.inventory.Pods;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * What to read from which pods, as data from the hub (document kind Scrape).
 *
 * @param podAnnotation pods that carry it are scraped; its value is their revision; "" = by selector
 * @param podSelector labels, with {@code namespace}; {@code revisionLabel} names the revision
 */
record ScrapeSpec(
        String name,
        String podAnnotation,
        String namespace,
        Map<String, String> podSelector,
        String revisionLabel,
        String container,
        int port,
        String path,
        List<TrafficSpec> traffic,
        List<GaugeSpec> gauges,
        ResourceSpec resources) {

    /** A metric summed over a pod's series and over pods; counters as deltas. */
    record GaugeSpec(String metric, String name, boolean counter) {}

    /**
     * Where CPU and memory come from; "" = not from there.
     *
     * @param kubeletContainer container in the kubelet's resource metrics
     * @param cpuMetric counter of CPU seconds in the scrape itself
     * @param memoryMetric gauge of bytes in the scrape itself
     */
    record ResourceSpec(String component, String kubeletContainer, String cpuMetric, String memoryMetric) {}

    static ScrapeSpec of(JsonNode body) {
        JsonNode resources = body.path("resources");
        List<TrafficSpec> traffic = new ArrayList<>();
        body.path("traffic").forEach(spec -> traffic.add(TrafficSpec.of(spec)));
        List<GaugeSpec> gauges = new ArrayList<>();
        body.path("gauges")
                .forEach(gauge -> gauges.add(new GaugeSpec(
                        gauge.path("metric").asText(),
                        gauge.path("name").asText(),
                        gauge.path("counter").asBoolean(false))));
        return new ScrapeSpec(
                body.path("name").asText(),
                body.path("podAnnotation").asText(""),
                body.path("namespace").asText(""),
                selector(body.path("podSelector").asText("")),
                body.path("revisionLabel").asText(""),
                body.path("container").asText(""),
                body.path("port").asInt(),
                body.path("path").asText("/metrics"),
                List.copyOf(traffic),
                List.copyOf(gauges),
                new ResourceSpec(
                        resources.path("component").asText(""),
                        resources.path("kubeletContainer").asText(""),
                        resources.path("cpu").asText(""),
                        resources.path("memory").asText("")));
    }

    /** "a=b,c=d" as a map; what is no equality is left out. */
    static Map<String, String> selector(String text) {
        Map<String, String> selector = new LinkedHashMap<>();
        for (String term : Pattern.compile(",").split(text)) {
            int equals = term.indexOf('=');
            if (equals > 0) {
                selector.put(
                        term.substring(0, equals).strip(),
                        term.substring(equals + 1).strip());
            }
        }
        return selector;
    }

    /** Pods that run and are read by this definition. */
    Stream<PodView> pods(Pods pods) {
        Stream<PodView> found =
                podAnnotation.isEmpty() ? pods.selected(namespace, podSelector) : pods.annotated(podAnnotation);
        return found.filter(pod -> !pod.ip().isEmpty());
    }

    String revisionOf(PodView pod) {
        return podAnnotation.isEmpty()
                ? pod.labels().getOrDefault(revisionLabel, "")
                : pod.annotations().getOrDefault(podAnnotation, "");
    }

    /** True when the pod, found by its annotation or labels, belongs to this definition. */
    boolean covers(PodView pod) {
        return podAnnotation.isEmpty()
                ? pod.namespace().equals(namespace) && pod.matches(podSelector)
                : pod.annotations().containsKey(podAnnotation);
    }
}
