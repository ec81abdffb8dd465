package io.weft.agent.read;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.weft.agent.kube.Json;
import java.util.Map;
import org.junit.jupiter.api.Test;

class SynczTest {
    @Test
    void aProxyIsSyncedWhenWhatWasSentIsWhatWasAcknowledged() {
        Map<String, Syncz.Proxy> proxies = Syncz.parse(Json.read("""
                [{"proxy":"web-6d4cf56db6-abcde.shop","istio_version":"1.26.0","cluster_sent":"a","cluster_acked":"a",
                  "listener_sent":"b","listener_acked":"b"},
                 {"proxy":"sidecar~10.0.0.1~catalog-1.shop~shop.svc.cluster.local","cluster_sent":"a","cluster_acked":"",
                  "resources":{"type.googleapis.com/envoy.config.cluster.v3.Cluster":{"lastError":"bad"}}}]"""));
        assertThat(proxies.get("shop/web-6d4cf56db6-abcde"))
                .isEqualTo(new Syncz.Proxy("shop/web-6d4cf56db6-abcde", "1.26.0", true, false));
        assertThat(proxies.get("shop/catalog-1")).isEqualTo(new Syncz.Proxy("shop/catalog-1", "", false, true));
    }

    @Test
    void aProxyThatWasSentNothingIsNotSynced() {
        Map<String, Syncz.Proxy> proxies = Syncz.parse(Json.read("""
                [{"proxy":"web-1.shop"},
                 {"proxy":"web-2.shop","cluster_sent":"a","cluster_acked":"a","route_sent":"c","route_acked":"c"}]"""));
        assertThat(proxies.values()).noneMatch(Syncz.Proxy::synced);
    }

    @Test
    void anAnswerThatIsNoListIsNotTakenForNoProxies() {
        assertThatThrownBy(() -> Syncz.parse(Json.read("{\"error\":\"unauthorized\"}")))
                .isInstanceOf(IllegalArgumentException.class);
    }
}
