package io.weft.model.istio;

import io.weft.model.manifest.Manifest;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** What the agent must know of Istio with sidecars, as documents; the agent itself knows no mesh. */
public final class IstioDocuments {
    public static final String NAMESPACE = "istio-system";
    public static final String REVISION_LABEL = "istio.io/rev";

    private static final int STATS_PORT = 15090;
    private static final int MONITORING_PORT = 15014;
    private static final int SYNC_INTERVAL_SECONDS = 10;

    /**
     * Matched by Envoy against its own dotted names. Only what the rules below read, and no {@code external} or
     * {@code internal} twin of it, for buckets make most of the answer.
     */
    private static final String FILTER =
            "^cluster\\.outbound\\|[0-9]+\\|[^|]*\\|[^|]*\\.svc\\.cluster\\.local\\.(upstream_rq_([1-5]xx|time)|ssl\\.handshake)$"
                    + "|^http\\.(in|out)bound_.*downstream_rq_([1-5]xx|time)$";

    private static final String EDGE =
            "outbound\\|[0-9]+\\|[^|]*\\|(?<service>[^.|]+)\\.(?<namespace>[^.|]+)\\.svc\\.cluster\\.local";

    private IstioDocuments() {}

    /** Name of the revision that runs a version: {@code 1.26.0} is {@code 1-26-0}. */
    public static String revision(String version) {
        return version.replace('.', '-').replace('+', '-').toLowerCase(Locale.ROOT);
    }

    /** Which revision the proxies of a namespace run; the mover converges on it. */
    public static Manifest placement(
            String namespace, String revision, int maxParallelWorkloads, boolean paused, Optional<Instant> deadline) {
        Map<String, Object> body = new TreeMap<>();
        body.put("namespace", namespace);
        body.put("label", REVISION_LABEL);
        body.put("value", revision);
        body.put("removeLabels", List.of("istio-injection"));
        body.put("podAnnotation", REVISION_LABEL);
        body.put("requires", "controlPlane[" + revision + "]");
        body.put("maxParallelWorkloads", maxParallelWorkloads);
        body.put("paused", paused);
        deadline.ifPresent(time -> body.put("deadline", time.toString()));
        return Manifest.document("Placement", namespace, body);
    }

    /**
     * How proxies are read. Requests are counted at the cluster of the callee, whoever they came from; what a server
     * refuses itself reaches no cluster, so servers and callers' own requests are counted at the listener.
     */
    public static Manifest proxyScrape() {
        return Manifest.document(
                "Scrape",
                "istio-proxies",
                Map.of(
                        "name",
                        "istio-proxies",
                        "podAnnotation",
                        REVISION_LABEL,
                        "container",
                        "istio-proxy",
                        "port",
                        STATS_PORT,
                        "path",
                        "/stats/prometheus?usedonly&filter=" + encoded(FILTER),
                        "traffic",
                        List.of(edges(), downstream("destination", "inbound"), downstream("source", "outbound")),
                        "resources",
                        Map.of("kubeletContainer", "istio-proxy", "component", "proxy")));
    }

    private static Map<String, Object> edges() {
        return Map.of(
                "reporter", "source",
                "requests", "envoy_cluster_upstream_rq",
                "classLabel", "response_code_class",
                "edgeLabel", "cluster_name",
                "edgePattern", EDGE,
                "histogram", "envoy_cluster_upstream_rq_time",
                "handshakes", "envoy_cluster_ssl_handshake");
    }

    private static Map<String, Object> downstream(String reporter, String direction) {
        Map<String, Object> rule = new TreeMap<>(Map.of(
                "reporter", reporter,
                "requests", "envoy_http_downstream_rq",
                "classLabel", "response_code_class",
                "edgeLabel", "http_conn_manager_prefix",
                "edgePattern", direction + "_.*",
                "histogram", "envoy_http_downstream_rq_time"));
        rule.put("source".equals(reporter) ? "downstream" : "workloadOfPod", true);
        return rule;
    }

    /** How every istiod is read, whatever its revision. */
    public static Manifest controlPlaneScrape() {
        return Manifest.document(
                "Scrape",
                "istiod",
                Map.of(
                        "name",
                        "istiod",
                        "podSelector",
                        "app=istiod",
                        "namespace",
                        NAMESPACE,
                        "port",
                        MONITORING_PORT,
                        "path",
                        "/metrics",
                        "revisionLabel",
                        REVISION_LABEL,
                        "gauges",
                        List.of(
                                Map.of("metric", "pilot_xds", "name", "cpConnectedProxies"),
                                Map.of(
                                        "metric", "pilot_total_xds_rejects",
                                        "name", "cpRejects",
                                        "counter", true)),
                        "resources",
                        Map.of(
                                "cpu", "process_cpu_seconds_total",
                                "memory", "process_resident_memory_bytes",
                                "component", "controlPlane")));
    }

    /** How the proxies of one revision are asked for; the endpoint wants a token that istiod accepts (D16). */
    public static Manifest syncRead(String revision) {
        String name = "syncz-" + revision;
        return Manifest.document(
                "Read",
                name,
                Map.of(
                        "name", name,
                        "namespace", NAMESPACE,
                        "podSelector", "app=istiod," + REVISION_LABEL + "=" + revision,
                        "port", MONITORING_PORT,
                        "path", "/debug/syncz",
                        "parser", "istioSyncz",
                        "tokenAudience", "istio-ca",
                        "revision", revision,
                        "intervalSeconds", SYNC_INTERVAL_SECONDS));
    }

    /** Percent-encodes everything that means something in a URL's query. */
    private static String encoded(String text) {
        StringBuilder out = new StringBuilder();
        for (byte b : text.getBytes(StandardCharsets.UTF_8)) {
            char c = (char) (b & 0xff);
            if (c < 0x80 && (Character.isLetterOrDigit(c) || "-._~".indexOf(c) >= 0)) {
                out.append(c);
            } else {
                out.append('%').append(HexFormat.of().withUpperCase().toHexDigits(b));
            }
        }
        return out.toString();
    }
}
