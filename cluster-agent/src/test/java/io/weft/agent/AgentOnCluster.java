package io.weft.agent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.google.protobuf.ByteString;
import com.sun.net.httpserver.HttpServer;
import io.weft.agent.connect.FakeHub;
import io.weft.agent.kube.Json;
import io.weft.agent.kube.KubeApi;
import io.weft.agent.plan.ObjectKey;
import io.weft.protocol.v1.AgentMessage;
import io.weft.protocol.v1.AgentMessage.KindCase;
import io.weft.protocol.v1.Applied;
import io.weft.protocol.v1.BodyChunk;
import io.weft.protocol.v1.Check;
import io.weft.protocol.v1.HubMessage;
import io.weft.protocol.v1.Movement;
import io.weft.protocol.v1.ProbeResult;
import io.weft.protocol.v1.Reason;
import io.weft.protocol.v1.TelemetryBatch;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/** A whole agent between a fake hub and a real API server, new for each test, and what its tests ask of both. */
abstract class AgentOnCluster {
    static final Duration SOON = Duration.ofSeconds(20);

    RealCluster cluster;
    FakeHub hub;
    AgentUnderTest agent;
    String system;
    String shop;

    @BeforeEach
    void start() throws IOException {
        cluster = RealCluster.open();
        hub = new FakeHub();
        system = cluster.namespace("system");
        shop = cluster.namespace("shop");
        agent = AgentUnderTest.start(cluster, system, hub.url(), hub.ca.pin());
    }

    @AfterEach
    void stop() {
        if (agent != null) {
            agent.close();
            hub.close();
            cluster.close();
        }
    }

    static DesiredBuilder state() {
        return new DesiredBuilder();
    }

    String configMap(String name, String value) {
        return """
                {"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"%s","namespace":"%s"},"data":{"value":"%s"}}""".formatted(name, shop, value);
    }

    String deployment(String name, String image) {
        return """
                {"apiVersion":"apps/v1","kind":"Deployment","metadata":{"name":"%s","namespace":"%s"},
                 "spec":{"replicas":1,"selector":{"matchLabels":{"app":"web"}},
                  "template":{"metadata":{"labels":{"app":"web"}},
                   "spec":{"terminationGracePeriodSeconds":1,"containers":[{"name":"app","image":"%s","imagePullPolicy":"IfNotPresent"}]}}}}""".formatted(name, shop, image);
    }

    /** The annotation that the mover itself sets stands in for the one an injector would. */
    String placement(String revision, String requires) {
        return """
                {"namespace":"%s","label":"istio.io/rev","value":"%s","removeLabels":["istio-injection"],
                 "podAnnotation":"weft.io/placed-revision","requires":"%s","maxParallelWorkloads":2,"paused":false}""".formatted(shop, revision, requires);
    }

    String path(String name) {
        return "/api/v1/namespaces/" + shop + "/configmaps/" + name;
    }

    ObjectKey key(String kind, String name) {
        return new ObjectKey("", "v1", kind, shop, name);
    }

    String value(String name) {
        return cluster.text(path(name), "/data/value");
    }

    static Check check(String type, ObjectKey object, int seconds) {
        return Check.newBuilder()
                .setType(type)
                .setObject(object.toRef())
                .setTimeout(com.google.protobuf.Duration.newBuilder().setSeconds(seconds))
                .build();
    }

    void chunk(String digest, int from, byte[] gzip, int to, boolean last) {
        hub.send(HubMessage.newBuilder()
                .setBodyChunk(BodyChunk.newBuilder()
                        .setDigest(digest)
                        .setOffset(from)
                        .setData(ByteString.copyFrom(gzip, from, to - from))
                        .setLast(last))
                .build());
    }

    void awaitComplete(long version) {
        await().atMost(SOON)
                .untilAsserted(() -> assertThat(hub.messages(KindCase.APPLIED)
                                .map(AgentMessage::getApplied)
                                .filter(Applied::getComplete)
                                .map(Applied::getVersion))
                        .contains(version));
    }

    List<Reason> reasons() {
        return hub.messages(KindCase.REJECTED)
                .flatMap(message -> message.getRejected().getReasonsList().stream())
                .toList();
    }

    Reason awaitReason(String code) {
        await().atMost(SOON)
                .untilAsserted(
                        () -> assertThat(reasons()).extracting(Reason::getCode).contains(code));
        return reasons().stream()
                .filter(reason -> reason.getCode().equals(code))
                .findFirst()
                .orElseThrow();
    }

    static HttpServer metrics(AtomicLong served) throws IOException {
        HttpServer proxy = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        proxy.createContext("/stats", exchange -> {
            byte[] page = ("rq{cluster_name=\"outbound|catalog.shop\",response_code_class=\"2xx\"} " + served.get()
                            + "\n")
                    .getBytes(StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(200, page.length);
            exchange.getResponseBody().write(page);
            exchange.close();
        });
        proxy.start();
        return proxy;
    }

    /** A pod that no scheduler takes, and whose address is this machine's own. */
    void podAtLoopback() {
        String pods = "/api/v1/namespaces/" + shop + "/pods";
        cluster.api.post(pods, """
                {"metadata":{"name":"proxy","labels":{"app":"proxy","istio.io/rev":"1-26-0"}},
                 "spec":{"schedulerName":"nobody","containers":[{"name":"app","image":"weft.local/pause:1"}]}}""");
        cluster.api.patch(pods + "/proxy/status", KubeApi.MERGE_PATCH, """
                {"status":{"podIP":"127.0.0.1","podIPs":[{"ip":"127.0.0.1"}],"startTime":"%s"}}""".formatted(
                        Instant.now().plusSeconds(1).truncatedTo(ChronoUnit.SECONDS)));
    }

    long counted() {
        return batches().stream()
                .flatMap(batch -> batch.getWindowsList().stream())
                .mapToLong(window -> window.getTraffic().getRequestsOrDefault("2xx", 0))
                .sum();
    }

    List<TelemetryBatch> batches() {
        return hub.messages(KindCase.TELEMETRY_BATCH)
                .map(AgentMessage::getTelemetryBatch)
                .toList();
    }

    List<String> states(String revision) {
        return hub.messages(KindCase.MOVEMENT)
                .map(AgentMessage::getMovement)
                .filter(movement -> movement.getRevision().equals(revision))
                .map(Movement::getState)
                .toList();
    }

    Movement awaitMovement(String revision, String state) {
        await().atMost(Duration.ofSeconds(40))
                .untilAsserted(() -> assertThat(states(revision)).contains(state));
        return hub.messages(KindCase.MOVEMENT)
                .map(AgentMessage::getMovement)
                .filter(movement -> movement.getRevision().equals(revision)
                        && movement.getState().equals(state))
                .reduce((_, last) -> last)
                .orElseThrow();
    }

    List<String> replicaSets() {
        List<String> names = new java.util.ArrayList<>();
        cluster.api.list(
                "/apis/apps/v1/namespaces/" + shop + "/replicasets",
                set -> names.add(set.path("metadata").path("name").asText()));
        return names;
    }

    ProbeResult awaitProbe(String phase, Duration patience) {
        await().atMost(patience).until(() -> probe(phase).isPresent());
        return probe(phase).orElseThrow();
    }

    Optional<ProbeResult> probe(String phase) {
        return hub.messages(KindCase.PROBE_RESULT)
                .map(AgentMessage::getProbeResult)
                .filter(result -> result.getPhase().equals(phase))
                .findFirst();
    }

    static AgentMessage message(ProbeResult result) {
        return AgentMessage.newBuilder().setProbeResult(result).build();
    }

    int firstAppliedOf(String layer) {
        for (int i = 0; i < hub.messages.size(); i++) {
            if (hub.messages.get(i).getApplied().getLayersList().stream()
                    .anyMatch(ack -> ack.getName().equals(layer))) {
                return i;
            }
        }
        return -1;
    }

    String dnsPod() {
        List<String> addresses = new java.util.ArrayList<>();
        cluster.api.list(
                "/api/v1/namespaces/kube-system/pods",
                pod -> addresses.add(pod.path("status").path("podIP").asText()));
        return addresses.getFirst();
    }

    void accounts() {
        for (String path : List.of(
                "/api/v1/namespaces/weft-probes", "/api/v1/namespaces/weft-probes/serviceaccounts/weft-probe")) {
            if (cluster.api.get(path).isEmpty()) {
                int slash = path.lastIndexOf('/');
                cluster.api.post(
                        path.substring(0, slash),
                        Json.write(Json.object()
                                .set("metadata", Json.object().put("name", path.substring(slash + 1)))));
            }
        }
    }
}
