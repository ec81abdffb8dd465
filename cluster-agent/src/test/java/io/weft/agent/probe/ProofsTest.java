package io.weft.agent.probe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.weft.agent.FakeApiServer;
import io.weft.agent.FakeApiServer.Answer;
import io.weft.agent.FakeApiServer.Request;
import io.weft.agent.kube.Json;
import io.weft.agent.kube.KubeRefusal;
import io.weft.agent.probe.Proofs.Before;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

class ProofsTest {
    private final AtomicReference<Answer> kept = new AtomicReference<>(Answer.UNAVAILABLE);
    private final FakeApiServer server = new FakeApiServer(this::answer);

    @Test
    void anApiServerThatDoesNotAnswerIsNoMissingSecret() {
        try (server) {
            Proofs proofs = new Proofs(server.api(), "weft-system");
            assertThatThrownBy(proofs::load).isInstanceOf(KubeRefusal.class);
            proofs.remember("other", "s", Proofs.NEVER);
            proofs.retain(Set.of());
            assertThat(writes()).isZero();

            kept.set(secret("{\"web\":{\"subject\":\"s1\",\"opposite\":true}}"));
            proofs.load();
            assertThat(proofs.asked("web", "s1")).isTrue();
            assertThat(proofs.oppositeSeen("web")).isTrue();
            proofs.remember("other", "s", Proofs.NEVER);
            assertThat(writes()).isOne();
        }
    }

    @Test
    void withoutASecretProofsBegin() {
        try (server) {
            kept.set(Answer.NOT_FOUND);
            Proofs proofs = new Proofs(server.api(), "weft-system");
            proofs.load();
            assertThat(proofs.loaded()).isTrue();
        }
    }

    @Test
    void aSecretThatCannotBeReadIsBegunAnew() {
        try (server) {
            kept.set(secret("no json"));
            Proofs proofs = new Proofs(server.api(), "weft-system");
            proofs.load();
            assertThat(proofs.loaded()).isTrue();
        }
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

    private long writes() {
        return server.requests().stream()
                .filter(request -> request.method().equals("PATCH"))
                .count();
    }

    private Answer answer(Request request) {
        return request.method().equals("GET") ? kept.get() : Answer.ok("{}");
    }

    private static Answer secret(String proofs) {
        String data = Base64.getEncoder().encodeToString(proofs.getBytes(StandardCharsets.UTF_8));
        return Answer.ok("{\"data\":{\"proofs.json\":\"" + data + "\"}}");
    }
}
