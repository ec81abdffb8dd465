package io.weft.agent.probe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.weft.agent.DesiredBuilder;
import io.weft.agent.FakeApiServer;
import io.weft.agent.FakeApiServer.Answer;
import io.weft.agent.FakeApiServer.Request;
import io.weft.agent.apply.DesiredState;
import io.weft.agent.apply.StateStore;
import io.weft.agent.inventory.Pods;
import io.weft.agent.plan.ObjectKey;
import io.weft.agent.plan.Snapshot;
import io.weft.protocol.v1.Desired;
import io.weft.testkit.MutableClock;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

class ProberTest {
    private static final ObjectKey POLICY =
            new ObjectKey("security.istio.io", "v1", "PeerAuthentication", "shop", "strict");
    private static final String BODY =
            "{\"apiVersion\":\"security.istio.io/v1\",\"kind\":\"PeerAuthentication\",\"metadata\":{\"namespace\":\"shop\","
                    + "\"name\":\"strict\"}}";

    private final AtomicReference<Answer> proofs = new AtomicReference<>(Answer.UNAVAILABLE);

    @Test
    void aPolicyIsHeldUntilTheKeptProofsAreReadAndThenGoes() {
        try (FakeApiServer server = new FakeApiServer(this::answer)) {
            DesiredState state = new DesiredState(new StateStore(server.api(), "weft-system"), _ -> true);
            try (Prober prober = prober(server, state)) {
                state.receive(desired());
                prober.start();
                await().until(() -> server.requests().stream().anyMatch(ProberTest::readsProofs));
                assertThat(holds(prober, state)).isTrue();

                proofs.set(kept(
                        "7 {" + POLICY + "=" + DesiredBuilder.digest(BODY.getBytes(StandardCharsets.UTF_8)) + "}"));
                await().atMost(Duration.ofSeconds(20))
                        .untilAsserted(() -> assertThat(holds(prober, state)).isFalse());
            }
        }
    }

    private static boolean holds(Prober prober, DesiredState state) {
        String digest = state.current().layer(Snapshot.POLICY).orElseThrow().digest();
        return prober.holds(digest, Set.of(POLICY));
    }

    private static Prober prober(FakeApiServer server, DesiredState state) {
        return new Prober(
                state,
                new Pods(server.api()),
                server.api(),
                "weft-system",
                "weft/agent:1",
                _ -> true,
                new MutableClock(Instant.parse("2026-01-01T12:00:00Z")));
    }

    private static Desired desired() {
        return new DesiredBuilder()
                .object(Snapshot.POLICY, BODY)
                .document(Snapshot.POLICY, "Probe", "web", """
                        {"probeId":"web","policyGeneration":7,"kind":"plaintextRefused","url":"http://web.shop/",
                         "policyObjects":[{"group":"security.istio.io","version":"v1","kind":"PeerAuthentication",
                                           "namespace":"shop","name":"strict"}]}
                        """)
                .build(1);
    }

    private Answer answer(Request request) {
        return readsProofs(request) ? proofs.get() : Answer.ok("{}");
    }

    private static boolean readsProofs(Request request) {
        return request.method().equals("GET") && request.path().endsWith("/secrets/weft-proofs");
    }

    private static Answer kept(String subject) {
        String json = "{\"web\":{\"subject\":\"" + subject + "\",\"opposite\":true}}";
        String data = Base64.getEncoder().encodeToString(json.getBytes(StandardCharsets.UTF_8));
        return Answer.ok("{\"data\":{\"proofs.json\":\"" + data + "\"}}");
    }
}
