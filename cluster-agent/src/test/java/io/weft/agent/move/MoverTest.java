package io.weft.agent.move;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.weft.agent.DesiredBuilder;
import io.weft.agent.FakeApi;
import io.weft.agent.apply.DesiredState;
import io.weft.agent.apply.Progress;
import io.weft.agent.apply.Reports;
import io.weft.agent.apply.StateStore;
import io.weft.agent.kube.Json;
import io.weft.protocol.v1.AgentMessage;
import io.weft.protocol.v1.Desired;
import io.weft.testkit.MutableClock;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class MoverTest {
    private static final String SHOP = "/api/v1/namespaces/shop";
    private static final String WEB = "/apis/apps/v1/namespaces/shop/deployments";

    private final MutableClock clock = new MutableClock(Instant.parse("2026-01-01T12:00:00Z"));
    private final List<AgentMessage> sent = new CopyOnWriteArrayList<>();
    private FakeApi cluster;
    private DesiredState state;
    private Progress progress;
    private Mover mover;

    @BeforeEach
    void start() throws IOException {
        cluster = new FakeApi();
        cluster.objects.put(SHOP, "{\"metadata\":{\"name\":\"shop\",\"labels\":{\"istio.io/rev\":\"a\"}}}");
        for (String list : List.of(
                SHOP + "/pods",
                WEB,
                "/apis/apps/v1/namespaces/shop/statefulsets",
                "/apis/apps/v1/namespaces/shop/daemonsets",
                "/apis/policy/v1/namespaces/shop/poddisruptionbudgets")) {
            cluster.objects.put(list, "{\"items\":[]}");
        }
        state = new DesiredState(new StateStore(cluster.api, "weft-system", "clu_test"), sent::add);
        progress = new Progress(sent::add, clock);
        mover = new Mover(state, progress, cluster.api, sent::add, clock);
    }

    @AfterEach
    void stop() {
        mover.close();
        cluster.close();
    }

    @Test
    void aFormerDigestOfTheRequiredLayerIsNotEnough() {
        Desired former = desired(1, "one");
        Desired now = desired(2, "two");
        state.receive(now);
        acknowledge(former);
        mover.start();
        await().until(() -> states().contains("waiting"));
        assertThat(patches(SHOP)).isEmpty();
        acknowledge(now);
        await().until(() -> !patches(SHOP).isEmpty());
    }

    @Test
    void podsOfTheCurrentTemplateOnAnotherRevisionAreReplaced() {
        cluster.objects.put(SHOP, "{\"metadata\":{\"name\":\"shop\",\"labels\":{\"istio.io/rev\":\"b\"}}}");
        cluster.objects.put(WEB, """
                {"items":[{"metadata":{"name":"web"},"spec":{"replicas":1,"selector":{"matchLabels":{"app":"web"}},
                 "template":{"metadata":{"labels":{"app":"web"},"annotations":{"weft.io/placed-revision":"b"}}}}}]}""");
        cluster.objects.put(SHOP + "/pods", """
                {"items":[{"metadata":{"name":"web-1","creationTimestamp":"2026-01-01T11:59:30Z","labels":{"app":"web"},
                 "annotations":{"weft.io/placed-revision":"b","istio.io/rev":"a"}},"status":{"phase":"Running"}}]}""");
        Desired now = desired(1, "one");
        state.receive(now);
        acknowledge(now);
        mover.start();
        await().until(() -> states().contains("restarting"));
        assertThat(patches(WEB + "/web")).isEmpty();
        clock.advance(Duration.ofSeconds(31));
        await().until(() -> !patches(WEB + "/web").isEmpty());
        assertThat(Json.read(patches(WEB + "/web").getFirst())
                        .at("/spec/template/metadata/annotations/weft.io~1placed-again")
                        .asText())
                .isEqualTo("2026-01-01T12:00:31Z");
    }

    @Test
    void theLimitIsOverAllNamespaces() {
        for (String namespace : List.of("shop", "pay")) {
            cluster.objects.put(
                    "/api/v1/namespaces/" + namespace,
                    "{\"metadata\":{\"name\":\"%s\",\"labels\":{\"istio.io/rev\":\"b\"}}}".formatted(namespace));
            for (String list : List.of(
                    "/apis/apps/v1/namespaces/%s/statefulsets",
                    "/apis/apps/v1/namespaces/%s/daemonsets", "/apis/policy/v1/namespaces/%s/poddisruptionbudgets")) {
                cluster.objects.put(list.formatted(namespace), "{\"items\":[]}");
            }
            cluster.objects.put("/apis/apps/v1/namespaces/" + namespace + "/deployments", """
                    {"items":[{"metadata":{"name":"web"},"spec":{"replicas":1,"selector":{"matchLabels":{"app":"web"}},
                     "template":{"metadata":{"labels":{"app":"web"},"annotations":{"weft.io/placed-revision":"a"}}}}}]}""");
            cluster.objects.put("/api/v1/namespaces/" + namespace + "/pods", """
                    {"items":[{"metadata":{"name":"web-1","creationTimestamp":"2026-01-01T11:00:00Z","labels":{"app":"web"},
                     "annotations":{"weft.io/placed-revision":"a","istio.io/rev":"a"}},"status":{"phase":"Running"}}]}""");
        }
        Desired now = new DesiredBuilder()
                .document("placement", "Placement", "pay", placement("pay"))
                .document("placement", "Placement", "shop", placement("shop"))
                .build(1);
        state.receive(now);
        acknowledge(now);
        mover.start();
        await().until(() -> !restarted().isEmpty());
        await().until(() -> states().stream().filter("restarting"::equals).count() >= 2);
        assertThat(restarted()).hasSize(1);
    }

    private List<String> restarted() {
        return cluster.writes().stream()
                .filter(request ->
                        request.method().equals("PATCH") && request.path().endsWith("/deployments/web"))
                .map(FakeApi.Request::path)
                .distinct()
                .toList();
    }

    private static String placement(String namespace) {
        return """
                {"namespace":"%s","label":"istio.io/rev","value":"b","removeLabels":[],"podAnnotation":"istio.io/rev",
                 "requires":"","maxParallelWorkloads":1,"paused":false}""".formatted(namespace);
    }

    @Test
    void restoringALabelKeepsWhatItWasBeforeTheMove() {
        var namespace = Json.read("""
                {"metadata":{"labels":{"istio.io/rev":"c"},
                 "annotations":{"weft.io/labels-before":"{\\"value\\":\\"b\\",\\"before\\":{\\"istio.io/rev\\":\\"a\\"}}"}}}""");
        var patch = Json.write(NamespacePatch.of(spec(), namespace));
        assertThat(patch).contains("\\\"before\\\":{\\\"istio.io/rev\\\":\\\"a\\\"}");
        assertThat(NamespacePatch.placed(namespace)).isEqualTo("b");
    }

    private void acknowledge(Desired desired) {
        Reports.acknowledged(progress, desired);
    }

    private List<String> states() {
        return sent.stream()
                .filter(AgentMessage::hasMovement)
                .map(message -> message.getMovement().getState())
                .toList();
    }

    private List<String> patches(String path) {
        return cluster.writes().stream()
                .filter(request ->
                        request.method().equals("PATCH") && request.path().equals(path))
                .map(FakeApi.Request::body)
                .toList();
    }

    private static PlacementSpec spec() {
        return new PlacementSpec(
                "shop", "sha256:p", "istio.io/rev", "b", List.of(), "istio.io/rev", "", 1, false, Instant.MAX);
    }

    private static Desired desired(long version, String value) {
        return new DesiredBuilder()
                .object("controlPlane[b]", """
                        {"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"b","namespace":"istio-system"},
                         "data":{"value":"%s"}}""".formatted(value))
                .document("placement", "Placement", "shop", """
                        {"namespace":"shop","label":"istio.io/rev","value":"b","removeLabels":[],"podAnnotation":"istio.io/rev",
                         "requires":"controlPlane[b]","maxParallelWorkloads":1,"paused":false}""")
                .build(version);
    }
}
