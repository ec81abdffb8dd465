package io.weft.agent.telemetry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.weft.agent.kube.Json;
import io.weft.testkit.Seeds;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;

class PageReadingTest {
    private static final ScrapeSpec SPEC = ScrapeSpec.of(Json.read("""
            {"name":"istio-proxies","podAnnotation":"istio.io/rev","container":"istio-proxy","port":15090,"path":"/stats",
             "traffic":[
              {"reporter":"source","requests":"envoy_cluster_upstream_rq","classLabel":"response_code_class",
               "edgeLabel":"cluster_name",
               "edgePattern":"outbound\\\\|[0-9]+\\\\|[^|]*\\\\|(?<service>[^.|]+)\\\\.(?<namespace>[^.|]+)\\\\.svc",
               "histogram":"envoy_cluster_upstream_rq_time","handshakes":"envoy_cluster_ssl_handshake"},
              {"reporter":"destination","requests":"envoy_http_downstream_rq","classLabel":"response_code_class",
               "edgeLabel":"http_conn_manager_prefix","edgePattern":"inbound_.*",
               "histogram":"envoy_http_downstream_rq_time","workloadOfPod":true},
              {"reporter":"source","requests":"envoy_http_downstream_rq","classLabel":"response_code_class",
               "edgeLabel":"http_conn_manager_prefix","edgePattern":"outbound_.*","downstream":true}]}"""));
    private static final String CATALOG = "0|outbound|8080||catalog.shop.svc.cluster.local";
    private static final String ORDERS = "0|outbound|8080||orders.orders.svc.cluster.local";

    @Test
    void aRealPageGivesEdgesByClassOnce() throws IOException {
        PageReading page = realPage();
        assertThat(page.counters().get(CATALOG))
                .containsEntry("class:2xx", 611.0)
                .containsEntry("handshakes", 6.0);
        assertThat(page.counters().get(ORDERS))
                .containsEntry("class:2xx", 586.0)
                .containsEntry("class:5xx", 25.0);
        assertThat(page.counters().get("1|inbound_0.0.0.0_8080")).containsEntry("class:5xx", 25.0);
        assertThat(page.counters().get("2|outbound_0.0.0.0_8080")).containsEntry("class:2xx", 1197.0);
        assertThat(page.counters().keySet()).noneMatch(group -> group.contains("inbound|8080"));
    }

    @Test
    void anEdgeNamesServiceAndNamespace() {
        TrafficSpec.Edge edge = SPEC.traffic().getFirst().edgeOf(PageReading.edgeOf(ORDERS));
        assertThat(edge).isEqualTo(new TrafficSpec.Edge("orders", "orders"));
        assertThat(SPEC.traffic().get(1).edgeOf("inbound_0.0.0.0_8080")).isEqualTo(new TrafficSpec.Edge("", ""));
    }

    @Test
    void cumulativeBucketsBecomeOneCountPerBucket() throws IOException {
        PageReading page = realPage();
        TrafficDelta delta =
                TrafficDelta.of(page.counters().getOrDefault(CATALOG, Map.of()), true, page.boundsOf(CATALOG));
        assertThat(delta.bounds()).startsWith(0.5, 1.0, 5.0, 10.0).hasSize(19);
        assertThat(delta.counts()).startsWith(410L, 98L, 36L, 7L).hasSize(20);
        assertThat(delta.counts().stream().mapToLong(Long::longValue).sum()).isEqualTo(561);
    }

    @Test
    void anEdgeWhoseHandshakesAreNotListedHadNoneWhereTheyAreReported() {
        assertThat(TrafficDelta.of(Map.of("class:2xx", 1.0), true, java.util.List.of())
                        .handshakes())
                .isZero();
        assertThat(TrafficDelta.of(Map.of("class:2xx", 1.0), false, java.util.List.of())
                        .handshakes())
                .isEqualTo(-1);
    }

    @Test
    void codesAndClassesAreOneThing() {
        assertThat(TrafficSpec.responseClass("503")).contains("5xx");
        assertThat(TrafficSpec.responseClass("2")).contains("2xx");
        assertThat(TrafficSpec.responseClass("")).isEmpty();
        assertThat(TrafficSpec.responseClass("xx")).isEmpty();
    }

    @Test
    void noPageHoweverBrokenStopsTheReader() {
        String[] pieces = {
            "envoy_cluster_upstream_rq", "{", "}", "\"", "=", ",", " ", "1", "\\", "\n", "NaN", "cluster_name"
        };
        Seeds.first(3_000).forEach(random -> {
            StringBuilder page = new StringBuilder();
            for (int i = 0; i < 60; i++) {
                page.append(pieces[random.nextInt(pieces.length)]);
            }
            Map<String, Double> samples = new HashMap<>();
            try {
                MetricLines.read(
                        new ByteArrayInputStream(page.toString().getBytes(StandardCharsets.UTF_8)),
                        Set.of("envoy_cluster_upstream_rq"),
                        (name, _, value) -> samples.put(name, value));
            } catch (IOException e) {
                throw new AssertionError(e);
            }
            assertThat(samples.values()).allMatch(Double::isFinite);
        });
    }

    @Test
    void aLineWithoutAnEndIsSkippedAndNeverHeld() throws IOException {
        PageReading page = PageReading.of(
                SPEC,
                new ByteArrayInputStream(("envoy_" + "x".repeat(MetricLines.MAX_LINE) + "\n" + request("orders", 7)
                                + "\n" + "y".repeat(100_000))
                        .getBytes(StandardCharsets.UTF_8)));
        assertThat(page.counters().get(ORDERS)).containsEntry("class:2xx", 7.0);
    }

    @Test
    void aPageThatIsTooBigOrNamesTooMuchIsRefusedWhole() {
        assertThatThrownBy(() -> PageReading.of(SPEC, new Endless("# a comment\n")))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("bytes");
        StringBuilder edges = new StringBuilder();
        for (int i = 0; i <= PageReading.MAX_SERIES; i++) {
            edges.append(request("orders" + i, 1)).append('\n');
        }
        assertThatThrownBy(() -> PageReading.of(
                        SPEC, new ByteArrayInputStream(edges.toString().getBytes(StandardCharsets.UTF_8))))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("series");
    }

    @Test
    void aPageThatDripsIsGivenUp() {
        long begin = System.nanoTime();
        assertThatThrownBy(() -> PageReading.of(SPEC, new Dripping()))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("longer than 6 s");
        assertThat(Duration.ofNanos(System.nanoTime() - begin)).isGreaterThan(MetricLines.MAX_TIME);
    }

    private static String request(String service, int count) {
        return "envoy_cluster_upstream_rq{response_code_class=\"2xx\",cluster_name=\"outbound|8080||" + service
                + ".orders.svc.cluster.local\"} " + count;
    }

    /** Says the same line for ever. */
    private static final class Endless extends InputStream {
        private final byte[] line;
        private int at;

        Endless(String line) {
            this.line = line.getBytes(StandardCharsets.UTF_8);
        }

        @Override
        public int read() {
            return line[at++ % line.length];
        }

        @Override
        public int read(byte[] bytes, int offset, int length) {
            for (int filled = 0; filled < length; filled++) {
                bytes[offset + filled] = (byte) read();
            }
            return length;
        }
    }

    /** One byte of a comment every tenth of a second. */
    private static final class Dripping extends InputStream {
        @Override
        public int read() {
            LockSupport.parkNanos(Duration.ofMillis(100).toNanos());
            return '#';
        }

        @Override
        public int read(byte[] bytes, int offset, int length) {
            bytes[offset] = (byte) read();
            return 1;
        }
    }

    private static PageReading realPage() throws IOException {
        try (InputStream page = PageReadingTest.class.getResourceAsStream("/envoy-web.txt")) {
            if (page == null) {
                throw new IOException("envoy-web.txt is missing");
            }
            return PageReading.of(SPEC, page);
        }
    }
}
