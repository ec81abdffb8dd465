package io.weft.agent.probe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.weft.agent.FakeApi;
import io.weft.agent.kube.Json;
import io.weft.agent.kube.KubeRefusal;
import io.weft.agent.probe.Proofs.Before;
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
        earlier.remember("prb_1", "subject", 1);
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
        assertThatThrownBy(() -> proofs.remember("prb_2", "subject", Proofs.NEVER))
                .isInstanceOf(IllegalStateException.class);
        assertThat(cluster.writes()).hasSize(writes);

        cluster.serveAll();
        proofs.load();
        assertThat(proofs.oppositeSeen("prb_1")).isTrue();
    }

    private Proofs proofs() {
        return new Proofs(cluster.api, "weft-system");
    }

    @Test
    void anOppositeStaysSeenAndKeepsTheGenerationItWasSeenAt() {
        Before seen = new Before("2 {}", false, Proofs.NEVER).then("3 {}", 3);

        assertThat(seen).isEqualTo(new Before("3 {}", true, 3));
        assertThat(seen.then("4 {}", Proofs.NEVER)).isEqualTo(new Before("4 {}", true, 3));
        assertThat(seen.then("4 {}", 4)).isEqualTo(new Before("4 {}", true, 4));
    }

    @Test
    void whatIsStoredIsReadAgainAndOfOlderNotesTheGenerationIsUnknown() {
        Before seen = new Before("3 {}", true, 3);
        ObjectNode stored = Json.object();
        seen.write(stored);

        assertThat(Before.read(stored)).isEqualTo(seen);
        stored.remove("oppositeGeneration");
        assertThat(Before.read(stored)).isEqualTo(new Before("3 {}", true, Proofs.NEVER));
    }
}
