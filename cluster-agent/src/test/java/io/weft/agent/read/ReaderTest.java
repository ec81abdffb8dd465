package io.weft.agent.read;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.sun.net.httpserver.HttpServer;
import io.weft.agent.DesiredBuilder;
import io.weft.agent.FakeApi;
import io.weft.agent.apply.DesiredState;
import io.weft.agent.apply.StateStore;
import io.weft.agent.inventory.Pods;
import io.weft.agent.kube.Json;
import io.weft.protocol.v1.AgentMessage;
import io.weft.testkit.MutableClock;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class ReaderTest {
    private static final Instant NOON = Instant.parse("2026-01-01T12:00:00Z");
    private static final String ONE_PROXY = """
            [{"proxy":"web-1.shop","cluster_sent":"a","cluster_acked":"a","listener_sent":"b","listener_acked":"b"}]""";

    private final MutableClock clock = new MutableClock(NOON);
    private final List<AgentMessage> sent = new CopyOnWriteArrayList<>();
    private volatile String syncz = ONE_PROXY;
    private volatile int status = 200;
    private HttpServer istiod;
    private FakeApi cluster;
    private Pods pods;
    private Reader reader;

    @BeforeEach
    void start() throws IOException {
        istiod = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        istiod.createContext("/debug/syncz", exchange -> {
            byte[] body = syncz.getBytes(StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(status, body.length);
            exchange.getResponseBody().write(body);
            exchange.close();
        });
        istiod.start();
        cluster = new FakeApi();
        cluster.objects.put("/api/v1/pods", """
                {"metadata":{"resourceVersion":"1"},"items":[{"metadata":{"namespace":"istio-system","name":"istiod-1",
                 "labels":{"app":"istiod"}},"spec":{"containers":[{"name":"discovery","image":"istio/pilot:1.27.0"}]},
                 "status":{"podIP":"127.0.0.1","startTime":"2026-01-01T11:00:00Z"}}]}""");
        pods = new Pods(cluster.api);
        DesiredState state = new DesiredState(new StateStore(cluster.api, "weft-system", "clu_test"), sent::add);
        reader = new Reader(state, pods, cluster.api, "weft-system", "weft-agent", sent::add, clock);
        state.receive(new DesiredBuilder()
                .document("scrape", "Read", "syncz-a", """
                        {"name":"syncz-a","namespace":"istio-system","podSelector":"app=istiod","port":%d,
                         "path":"/debug/syncz","parser":"istioSyncz","revision":"a","intervalSeconds":5}""".formatted(
                                istiod.getAddress().getPort()))
                .build(1));
    }

    @AfterEach
    void stop() {
        reader.close();
        pods.close();
        cluster.close();
        istiod.stop(0);
    }

    @Test
    void anUnreadableControlPlaneHasNoFiguresAndItsTimeGrowsOld() {
        pods.start();
        await().until(pods::synced);
        reader.start();
        await().until(() -> !statuses().isEmpty());
        assertThat(statuses().getLast().at("/controlPlanes/0/connectedProxies").asInt())
                .isEqualTo(1);
        assertThat(statuses().getLast().path("time").asText()).isEqualTo(NOON.toString());

        status = 503;
        again();
        assertThat(controlPlane().has("connectedProxies")).isFalse();
        assertThat(controlPlane().has("rejected")).isFalse();
        assertThat(controlPlane().path("message").asText()).contains("503");
        assertThat(statuses().getLast().path("time").asText()).isEqualTo(NOON.toString());

        status = 200;
        syncz = "[" + " ".repeat(8 * 1024 * 1024) + "]";
        again();
        assertThat(controlPlane().path("message").asText()).contains("more than");
        syncz = "no json";
        again();
        assertThat(controlPlane().path("message").asText()).contains("istiod-1");
        assertThat(controlPlane().has("connectedProxies")).isFalse();
    }

    @Test
    void podsThatAreNotListedYetAreNotTakenForNone() {
        reader.start();
        await().pollDelay(java.time.Duration.ofMillis(500)).until(() -> true);
        assertThat(statuses()).isEmpty();
    }

    private JsonNode controlPlane() {
        return statuses().getLast().at("/controlPlanes/0");
    }

    private void again() {
        sent.clear();
        clock.advance(java.time.Duration.ofSeconds(31));
        reader.connected();
        await().until(() -> !statuses().isEmpty());
    }

    private List<JsonNode> statuses() {
        return sent.stream()
                .filter(AgentMessage::hasObservation)
                .map(message -> Json.read(message.getObservation().getBodyJson()))
                .toList();
    }
}
