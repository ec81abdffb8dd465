package io.weft.agent.inventory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.weft.agent.FakeApi;
import io.weft.agent.kube.Json;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class PreflightTest {
    private FakeApi cluster;
    private Preflight preflight;
    private volatile boolean stuck;

    @BeforeEach
    void start() throws IOException {
        cluster = new FakeApi();
        preflight = new Preflight(
                new Inventory(cluster.api, _ -> true),
                cluster.api,
                Path.of("absent"),
                "weft-system",
                "weft-agent",
                _ -> true,
                InstantSource.system());
        cluster.rule(request -> {
            if (stuck) {
                await().atMost(Duration.ofMinutes(1)).until(() -> !stuck);
            }
            var asked = Json.read(request.body()).at("/spec/resourceAttributes");
            boolean allowed = !asked.path("resource").asText().equals("secrets")
                    && !asked.path("subresource").asText().equals("token");
            return new FakeApi.Answer(201, "{\"status\":{\"allowed\":" + allowed + "}}");
        });
    }

    @AfterEach
    void stop() {
        stuck = false;
        preflight.close();
        cluster.close();
    }

    @Test
    void theRightsToItsOwnMemoryAndTokensAreAskedForByName() {
        preflight.start();
        await().atMost(Duration.ofMinutes(1))
                .untilAsserted(() -> assertThat(preflight.missingPermissions())
                        .containsExactlyInAnyOrder(
                                "get secrets", "patch secrets", "create secrets", "create serviceaccounts/token"));
        assertThat(cluster.requests.stream()
                        .map(request -> Json.read(request.body()).at("/spec/resourceAttributes"))
                        .filter(asked -> asked.path("verb").asText().equals("patch")
                                && asked.path("resource").asText().equals("secrets"))
                        .map(asked -> asked.path("name").asText()))
                .containsExactly("weft-identity", "weft-proofs", "weft-state-0");
    }

    @Test
    void anApiServerThatHangsDelaysTheGreetingByLittle() {
        stuck = true;
        long begin = System.nanoTime();
        preflight.start();
        assertThat(preflight.missingPermissions()).isEmpty();
        assertThat(Duration.ofNanos(System.nanoTime() - begin)).isLessThan(Duration.ofSeconds(15));
    }
}
