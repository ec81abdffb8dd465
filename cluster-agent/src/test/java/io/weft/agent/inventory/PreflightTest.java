package io.weft.agent.inventory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.weft.agent.FakeApi;
import io.weft.agent.kube.Json;
import io.weft.protocol.v1.AgentMessage;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class PreflightTest {
    private final List<AgentMessage> sent = new CopyOnWriteArrayList<>();
    private FakeApi cluster;
    private Preflight preflight;
    private volatile Instant now = Instant.parse("2026-01-01T00:00:00Z");
    private volatile boolean mayReadSecrets;

    @BeforeEach
    void start() throws IOException {
        cluster = new FakeApi();
        preflight = new Preflight(
                new Inventory(cluster.api, _ -> true), // never started: an agent that may list nothing
                cluster.api,
                Path.of("absent"),
                "weft-system",
                "weft-agent",
                sent::add,
                () -> now);
        cluster.rule(request -> {
            var asked = Json.read(request.body()).at("/spec/resourceAttributes");
            boolean allowed =
                    (mayReadSecrets || !asked.path("resource").asText().equals("secrets"))
                            && !asked.path("subresource").asText().equals("token");
            return new FakeApi.Answer(201, "{\"status\":{\"allowed\":" + allowed + "}}");
        });
    }

    @AfterEach
    void stop() {
        preflight.close();
        cluster.close();
    }

    @Test
    void theRightsToItsOwnMemoryAndTokensAreAskedForByName() {
        preflight.start();
        preflight.connected();
        awaitMissing("get secrets", "patch secrets", "create secrets", "create serviceaccounts/token");
        assertThat(cluster.requests.stream()
                        .map(request -> Json.read(request.body()).at("/spec/resourceAttributes"))
                        .filter(asked -> asked.path("verb").asText().equals("patch")
                                && asked.path("resource").asText().equals("secrets"))
                        .map(asked -> asked.path("name").asText()))
                .containsExactly("weft-identity", "weft-proofs", "weft-state-0");
    }

    @Test
    void aRightGivenLaterIsSeenWithoutARestart() {
        preflight.start();
        preflight.connected();
        awaitMissing("get secrets", "patch secrets", "create secrets", "create serviceaccounts/token");
        mayReadSecrets = true;
        now = now.plus(Duration.ofSeconds(31));
        preflight.connected(); // wakes it
        awaitMissing("create serviceaccounts/token");
    }

    private void awaitMissing(String... rights) {
        await().atMost(Duration.ofMinutes(1)).untilAsserted(() -> {
            assertThat(sent).isNotEmpty();
            assertThat(Json.read(sent.getLast().getObservation().getBodyJson()))
                    .allMatch(finding -> finding.path("code").asText().equals("PermissionMissing"))
                    .extracting(finding -> finding.path("object").asText())
                    .containsExactlyInAnyOrder(rights);
        });
    }
}
