package io.weft.upgrade.observe;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.weft.upgrade.decision.Observations.MeshStatus;
import io.weft.upgrade.decision.Observations.Proxy;
import io.weft.upgrade.decision.Observations.Serving;
import java.time.Instant;
import org.junit.jupiter.api.Test;

class MeshStatusJsonTest {
    @Test
    void aStatusAsTheAgentSendsItIsRead() throws Exception {
        MeshStatus status = read("""
                {"controlPlanes":[
                    {"revision":"1-26-0","version":"1.26.0","ready":true,"connectedProxies":6,"synced":4,"notSynced":2,
                        "rejected":1,"message":""},
                    {"revision":"1-27-0","version":"","ready":false,"connectedProxies":0,"synced":0,"notSynced":0,
                        "rejected":0,"message":"no pod of this control plane"}],
                "proxies":[{"namespace":"shop","workload":"web","pod":"web-1","revision":"1-26-0","synced":true}],
                "truncated":true,"time":"2026-01-15T12:00:00Z"}
                """);

        assertThat(status.time()).contains(Instant.parse("2026-01-15T12:00:00Z"));
        assertThat(status.truncated()).isTrue();
        assertThat(status.controlPlanes())
                .containsEntry("1-26-0", new Serving(true, 6, 2, 1, ""))
                .containsEntry("1-27-0", new Serving(false, 0, 0, 0, "no pod of this control plane"));
        assertThat(status.proxies()).containsExactly(new Proxy("shop", "web-1", "1-26-0", true));
    }

    @Test
    void whatAnOlderAgentLeavesOutIsNotTruncatedAndWhatIsMalformedWasNotSeen() throws Exception {
        assertThat(read("{\"time\":\"yesterday\",\"proxies\":7}")).isEqualTo(MeshStatus.UNKNOWN);
    }

    private static MeshStatus read(String json) throws Exception {
        return MeshStatusJson.read(new ObjectMapper().readTree(json));
    }
}
