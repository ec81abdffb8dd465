package io.weft.agent.probe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.weft.agent.FakeApi;
import io.weft.agent.kube.KubeRefusal;
import java.io.IOException;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class ProofsTest {
    private FakeApi cluster;

    @BeforeEach
    void start() throws IOException {
        cluster = new FakeApi();
        Proofs earlier = proofs();
        earlier.load();
        earlier.remember("prb_1", "subject", true);
    }

    @AfterEach
    void stop() {
        cluster.close();
    }

    @Test
    void whatAnEarlierRunSawIsTakenUp() {
        Proofs proofs = proofs();
        proofs.load();
        assertThat(proofs.oppositeSeen("prb_1")).isTrue();
        assertThat(proofs.asked("prb_1", "subject")).isTrue();
        assertThat(proofs.asked("prb_1", "another")).isFalse();
    }

    @Test
    void aRefusalIsNotTakenForNoProofsAndNothingIsOverwritten() {
        Proofs proofs = proofs();
        cluster.refuse(503, request -> request.method().equals("GET"));
        assertThatThrownBy(proofs::load).isInstanceOf(KubeRefusal.class);
        assertThat(proofs.loaded()).isFalse();
        int writes = cluster.writes().size();
        proofs.retain(Set.of());
        assertThatThrownBy(() -> proofs.remember("prb_2", "subject", false)).isInstanceOf(IllegalStateException.class);
        assertThat(cluster.writes()).hasSize(writes);

        cluster.serveAll();
        proofs.load();
        assertThat(proofs.oppositeSeen("prb_1")).isTrue();
    }

    private Proofs proofs() {
        return new Proofs(cluster.api, "weft-system");
    }
}
