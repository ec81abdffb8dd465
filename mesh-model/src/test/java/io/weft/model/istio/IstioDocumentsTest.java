package io.weft.model.istio;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Names of statistics are those of a running sidecar (Istio 1.26.0 with Envoy 1.40). */
class IstioDocumentsTest {

    @ParameterizedTest
    @ValueSource(
            strings = {
                "cluster.outbound|8080||web.shop.svc.cluster.local.upstream_rq_2xx",
                "cluster.outbound|8080|version-v2|web.shop.svc.cluster.local.upstream_rq_time",
                "cluster.outbound|8080||web.shop.svc.cluster.local.ssl.handshake",
                "http.outbound_0.0.0.0_8080;.downstream_rq_5xx",
                "http.inbound_0.0.0.0_8080;.downstream_rq_time"
            })
    void theFilterAsksForWhatIsRead(String name) {
        assertThat(filter().matcher(name).find()).isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "cluster.outbound|8080||web.shop.svc.cluster.local.external.upstream_rq_2xx",
                "cluster.outbound|8080||web.shop.svc.cluster.local.external.upstream_rq_time",
                "cluster.outbound|8080||web.shop.svc.cluster.local.upstream_rq_200",
                "cluster.inbound|8080||.upstream_rq_time",
                "cluster.xds-grpc.upstream_rq_2xx",
                "http.admin.downstream_rq_2xx",
                "cluster.outbound|8080||web.shop.svc.cluster.local.ssl.ciphers.X"
            })
    void theFilterLeavesOutWhatIsNotRead(String name) {
        assertThat(filter().matcher(name).find()).isFalse();
    }

    @Test
    void anEdgeNamesServiceAndNamespace() {
        Map<?, ?> rule = (Map<?, ?>)
                ((List<?>) IstioDocuments.proxyScrape().body().getOrDefault("traffic", List.of())).getFirst();
        Matcher matcher = Pattern.compile(String.valueOf(rule.get("edgePattern")))
                .matcher("outbound|8080|version-v2|web.shop.svc.cluster.local");

        assertThat(matcher.matches()).isTrue();
        assertThat(matcher.group("service")).isEqualTo("web");
        assertThat(matcher.group("namespace")).isEqualTo("shop");
    }

    @Test
    void aPlacementIsWhatTheProtocolSays() {
        assertThat(IstioDocuments.placement("shop", "1-27-0", 2, true, Optional.of(Instant.EPOCH))
                        .body())
                .containsEntry("requires", "controlPlane[1-27-0]")
                .containsEntry("removeLabels", List.of("istio-injection"))
                .containsEntry("maxParallelWorkloads", 2)
                .containsEntry("paused", true)
                .containsEntry("deadline", "1970-01-01T00:00:00Z");
    }

    @Test
    void aRevisionIsItsVersionWithDashes() {
        assertThat(IstioDocuments.revision("1.27.0-rc.1")).isEqualTo("1-27-0-rc-1");
    }

    private static Pattern filter() {
        String path = String.valueOf(IstioDocuments.proxyScrape().body().get("path"));
        String encoded = path.substring(path.indexOf("filter=") + "filter=".length());
        assertThat(encoded).matches("[A-Za-z0-9%._~-]+");
        return Pattern.compile(URLDecoder.decode(encoded, StandardCharsets.UTF_8));
    }
}
