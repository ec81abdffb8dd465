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
import io.weft.protocol.v1.Desired;
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
import org.junit.jupiter.api.Test;

class AgentIT {
    private static final Duration SOON = Duration.ofSeconds(20);

    private RealCluster cluster;
    private FakeHub hub;
    private AgentUnderTest agent;
    private String system;
    private String shop;

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

    @Test
    void objectsAreAppliedLabelledAndAcknowledged() {
        hub.desire(state().object("policy", configMap("rules", "a")).build(1));
        awaitComplete(1);
        assertThat(value("rules")).isEqualTo("a");
        assertThat(cluster.text(path("rules"), "/metadata/labels/app.kubernetes.io~1managed-by"))
                .isEqualTo("weft");
        assertThat(cluster.text(path("rules"), "/metadata/managedFields/0/manager"))
                .isEqualTo("weft");
    }

    @Test
    void whatIsDeletedOrChangedByHandComesBackWithinSecondsAndForeignFieldsStay() {
        hub.desire(state().object("policy", configMap("rules", "a")).build(1));
        awaitComplete(1);

        cluster.api.delete(path("rules"), "{}");
        await().atMost(SOON).untilAsserted(() -> assertThat(value("rules")).isEqualTo("a"));

        cluster.edit(path("rules"), "{\"data\":{\"value\":\"changed\",\"foreign\":\"kept\"}}");
        await().atMost(SOON).untilAsserted(() -> assertThat(value("rules")).isEqualTo("a"));
        assertThat(cluster.text(path("rules"), "/data/foreign")).isEqualTo("kept");
    }

    @Test
    void onlyATombstoneRemovesAndOnlyWhatCarriesWeftsLabel() {
        cluster.api.post("/api/v1/namespaces/" + shop + "/configmaps", "{\"metadata\":{\"name\":\"foreign\"}}");
        hub.desire(state().object("policy", configMap("one", "a"))
                .object("policy", configMap("two", "a"))
                .build(1));
        awaitComplete(1);
        hub.desire(state().object("policy", configMap("two", "a")).build(2));
        awaitComplete(2);
        assertThat(value("one")).isEqualTo("a");

        hub.desire(state().object("policy", configMap("two", "a"))
                .tombstone(key("ConfigMap", "one"))
                .tombstone(key("ConfigMap", "foreign"))
                .tombstone(new ObjectKey("", "v1", "Namespace", "", shop))
                .build(3));
        awaitComplete(3);
        assertThat(cluster.api.get(path("one"))).isEmpty();
        assertThat(cluster.api.get(path("foreign"))).isPresent();
        assertThat(cluster.text("/api/v1/namespaces/" + shop, "/metadata/deletionTimestamp"))
                .isEmpty();
        awaitReason("TombstoneHeld");
    }

    @Test
    void aFieldOfAnotherApplierIsAConflictThatNamesItAndTheRestIsApplied() {
        cluster.api.patch(path("rules") + "?fieldManager=helm", KubeApi.APPLY, configMap("rules", "of helm"));
        hub.desire(state().object("policy", configMap("rules", "a"))
                .object("policy", configMap("other", "a"))
                .build(1));
        Reason reason = awaitReason("Conflict");
        assertThat(reason.getMessage()).contains("helm");
        assertThat(reason.getObject().getName()).isEqualTo("rules");
        assertThat(value("rules")).isEqualTo("of helm");
        await().atMost(SOON).untilAsserted(() -> assertThat(value("other")).isEqualTo("a"));
    }

    @Test
    void aRestartedAgentRestoresDriftWithTheHubGone() throws IOException {
        hub.desire(state().object("policy", configMap("rules", "a")).build(4));
        awaitComplete(4);
        String gone = hub.url();
        agent.close();
        hub.close();
        cluster.api.delete(path("rules"), "{}");
        agent = AgentUnderTest.start(cluster, system, gone, hub.ca.pin());
        await().atMost(SOON).untilAsserted(() -> assertThat(value("rules")).isEqualTo("a"));
    }

    @Test
    void anOlderVersionIsRefused() {
        hub.desire(state().object("policy", configMap("rules", "new")).build(7));
        awaitComplete(7);
        hub.desire(state().object("policy", configMap("rules", "old")).build(6));
        awaitReason("OlderVersion");
        assertThat(value("rules")).isEqualTo("new");
    }

    @Test
    void bodiesThatDidNotComeInlineAreAskedForByDigest() {
        String json = configMap("rules", "a");
        Desired whole = state().object("policy", json).build(1);
        Desired.Builder stripped = whole.toBuilder();
        stripped.getLayersBuilder(0).getPhasesBuilder(0).getBodiesBuilder(0).clearGzipInline();
        await().atMost(SOON).until(() -> hub.messages(KindCase.HELLO).findAny().isPresent());
        hub.desire(stripped.build());
        String digest = DesiredBuilder.digest(json.getBytes(StandardCharsets.UTF_8));
        await().atMost(SOON)
                .untilAsserted(() -> assertThat(hub.messages(KindCase.BODIES_WANTED)
                                .flatMap(message -> message.getBodiesWanted().getDigestsList().stream()))
                        .contains(digest));
        byte[] gzip = DesiredBuilder.gzip(json.getBytes(StandardCharsets.UTF_8));
        int half = gzip.length / 2;
        chunk(digest, 0, gzip, half, false);
        chunk(digest, half, gzip, gzip.length, true);
        awaitComplete(1);
    }

    @Test
    void aCheckThatIsNotMetSaysWhatIsSeenAndHoldsOnlyItsOwnLayer() {
        ObjectKey web = new ObjectKey("apps", "v1", "Deployment", shop, "web");
        hub.desire(state().object("controlPlane[x]", deployment("web", "weft.local/absent:0"))
                .check("controlPlane[x]", check("available", web, 2))
                .object("policy", configMap("rules", "a"))
                .build(1));
        await().atMost(SOON).untilAsserted(() -> assertThat(value("rules")).isEqualTo("a"));
        await().atMost(SOON)
                .untilAsserted(() -> assertThat(reasons())
                        .anySatisfy(reason -> assertThat(reason.getMessage())
                                .contains("0 of 1 replicas available")
                                .containsPattern("ErrImagePull|ImagePullBackOff")));
    }

    @Test
    void aNamespaceMovesByLabelAndTemplateAndBackToItsFormerReplicaSet() {
        hub.desire(state().object("controlPlane[a]", configMap("a", "a"))
                .object("controlPlane[b]", configMap("b", "b"))
                .object("workload", deployment("web", "weft.local/pause:1"))
                .document("placement", "Placement", shop, placement("a", "controlPlane[a]"))
                .build(1));
        awaitMovement("a", "moved");
        List<String> first = replicaSets();

        hub.desire(state().object("controlPlane[a]", configMap("a", "a"))
                .object("controlPlane[b]", configMap("b", "b"))
                .object("workload", deployment("web", "weft.local/pause:1"))
                .document("placement", "Placement", shop, placement("b", "controlPlane[b]"))
                .build(2));
        Movement moved = awaitMovement("b", "moved");
        assertThat(moved.getLabelsBeforeMap()).containsEntry("istio.io/rev", "a");
        assertThat(moved.getWorkloads(0).getReady()).isEqualTo(1);
        assertThat(moved.hasFirstRestartTime()).isTrue();
        assertThat(states("b")).containsSubsequence("labelled", "restarting", "moved");
        assertThat(cluster.text("/api/v1/namespaces/" + shop, "/metadata/labels/istio.io~1rev"))
                .isEqualTo("b");
        int before = replicaSets().size();

        hub.messages.clear();
        hub.desire(state().object("controlPlane[a]", configMap("a", "a"))
                .object("controlPlane[b]", configMap("b", "b"))
                .object("workload", deployment("web", "weft.local/pause:1"))
                .document("placement", "Placement", shop, placement("a", "controlPlane[a]"))
                .build(3));
        awaitMovement("a", "moved");
        assertThat(replicaSets()).hasSize(before).containsAll(first);
    }

    @Test
    void aMoveWaitsForItsRevisionAndForTheBudget() {
        hub.desire(state().object("workload", deployment("web", "weft.local/pause:1"))
                .document("placement", "Placement", shop, placement("b", "controlPlane[b]"))
                .build(1));
        awaitMovement("b", "waiting");
        cluster.api.post(
                "/apis/policy/v1/namespaces/" + shop + "/poddisruptionbudgets",
                "{\"metadata\":{\"name\":\"strict\"},\"spec\":{\"minAvailable\":1,\"selector\":{\"matchLabels\":{\"app\":\"web\"}}}}");
        await().atMost(SOON)
                .until(() -> cluster.text(
                                "/apis/apps/v1/namespaces/" + shop + "/deployments/web", "/status/availableReplicas")
                        .equals("1"));
        hub.desire(state().object("controlPlane[b]", configMap("b", "b"))
                .object("workload", deployment("web", "weft.local/pause:1"))
                .document("placement", "Placement", shop, placement("b", "controlPlane[b]"))
                .build(2));
        Movement held = awaitMovement("b", "held");
        assertThat(held.getReason()).isEqualTo("DisruptionsNotAllowed");
        assertThat(held.getMessage()).contains("strict");
        cluster.api.delete("/apis/policy/v1/namespaces/" + shop + "/poddisruptionbudgets/strict", "{}");
        awaitMovement("b", "moved");
    }

    @Test
    void theCertificateIsRenewedWithANewKeyAndTheStreamComesBack() throws IOException {
        await().atMost(SOON).until(() -> hub.messages(KindCase.HELLO).findAny().isPresent());
        agent.close();
        hub.certificateLife = Duration.ofSeconds(12);
        String other = cluster.namespace("other");
        hub.messages.clear();
        agent = AgentUnderTest.start(cluster, other, hub.url(), hub.ca.pin());
        await().atMost(SOON).untilAsserted(() -> assertThat(hub.renewals).hasPositiveValue());
        await().atMost(SOON)
                .untilAsserted(
                        () -> assertThat(hub.messages(KindCase.HELLO).count()).isGreaterThanOrEqualTo(2));
        assertThat(hub.enrolments).hasValue(2); // one for each agent of this test
        agent.close();
        hub.certificateLife = Duration.ofHours(24);
        await().pollDelay(Duration.ofSeconds(13)).atMost(Duration.ofSeconds(20)).until(() -> true);
        agent = AgentUnderTest.start(cluster, other, hub.url(), hub.ca.pin());
        await().atMost(SOON).untilAsserted(() -> assertThat(hub.expiredRenewals).hasPositiveValue());
    }

    @Test
    void aProbeAsksBeforeThePolicyIsAppliedAndFindsThatItIsNotEnforced() {
        accounts();
        hub.desire(state().document("probes", "Probe", "prb_1", """
                        {"probeId":"prb_1","policyId":"pol_1","policyGeneration":1,"kind":"plaintextRefused",
                         "url":"http://%s:8080/health","method":"GET","headers":{},
                         "allow":{"namespace":"%s","serviceAccount":"default"},
                         "policyObjects":[{"group":"","version":"v1","kind":"ConfigMap","namespace":"%s","name":"rules"}],
                         "runRequest":0,"intervalSeconds":600}""".formatted(dnsPod(), shop, shop))
                .object("policy", configMap("rules", "a"))
                .build(1));
        Duration patience = Duration.ofSeconds(90);
        ProbeResult before = awaitProbe("before", patience);
        assertThat(before.getVerdict()).isEqualTo("failed");
        assertThat(before.getReason()).isEqualTo("OppositeSeen");
        ProbeResult after = awaitProbe("after", patience);
        assertThat(after.getVerdict()).isEqualTo("failed");
        assertThat(after.getReason()).isEqualTo("NotEnforced");
        assertThat(after.getControl()).contains("1 x 200");
        assertThat(hub.messages.indexOf(message(before))).isLessThan(firstAppliedOf("policy"));
    }

    @Test
    void everyRequestOfANewProxyIsCountedOnceInCompleteWindowsUnderGrowingNumbers() throws IOException {
        AtomicLong served = new AtomicLong(42);
        HttpServer proxy = metrics(served);
        try {
            hub.desire(state().document("scrape", "Scrape", "proxies", """
                            {"name":"proxies","podSelector":"app=proxy","namespace":"%s","revisionLabel":"istio.io/rev",
                             "port":%d,"path":"/stats","traffic":[{"reporter":"source","requests":"rq",
                             "classLabel":"response_code_class","edgeLabel":"cluster_name",
                             "edgePattern":"outbound\\\\|(?<service>[a-z]+)\\\\.(?<namespace>[a-z]+)"}]}""".formatted(
                                    shop, proxy.getAddress().getPort()))
                    .build(1));
            awaitComplete(1);
            podAtLoopback();
            await().atMost(Duration.ofSeconds(30))
                    .untilAsserted(() -> assertThat(counted()).isEqualTo(42));
            served.set(100);
            await().atMost(Duration.ofSeconds(30))
                    .untilAsserted(() -> assertThat(counted()).isEqualTo(100));
        } finally {
            proxy.stop(0);
        }
        assertThat(batches()).extracting(TelemetryBatch::getSequence).isSorted().doesNotHaveDuplicates();
        assertThat(batches())
                .allSatisfy(batch -> assertThat(batch.getWindowsList()).allSatisfy(window -> {
                    assertThat(window.getStart().getSeconds() % 10).isZero();
                    assertThat(window.getStart().getSeconds() + 10)
                            .isLessThanOrEqualTo(batch.getCompleteThrough().getSeconds());
                    assertThat(window.getTraffic().getDestination().getService())
                            .isEqualTo("catalog");
                    assertThat(window.getTraffic().getRevision()).isEqualTo("1-26-0");
                }));
    }

    @Test
    void theHubLearnsTheInventoryAndPreflight() {
        hub.desire(state().object("workload", deployment("web", "weft.local/pause:1"))
                .build(1));
        awaitComplete(1);
        await().atMost(SOON)
                .untilAsserted(() ->
                        assertThat(hub.messages(KindCase.INVENTORY_DIGEST)).isNotEmpty());
        hub.send(HubMessage.newBuilder()
                .setInventoryWanted(
                        io.weft.protocol.v1.InventoryWanted.newBuilder().setAll(true))
                .build());
        await().atMost(SOON)
                .untilAsserted(() -> assertThat(hub.messages(KindCase.INVENTORY_CHANGE)
                                .flatMap(message -> message.getInventoryChange().getUpsertsList().stream())
                                .filter(object ->
                                        object.getObject().getNamespace().equals(shop))
                                .map(object -> object.getObject().getName()))
                        .contains("deployment/web", "default"));
        await().atMost(Duration.ofSeconds(40))
                .untilAsserted(() -> assertThat(hub.messages(KindCase.OBSERVATION)
                                .map(message -> message.getObservation().getBodyJson()))
                        .anyMatch(body ->
                                body.contains("NoGracefulStop") && body.contains("Deployment " + shop + "/web")));
    }

    private static DesiredBuilder state() {
        return new DesiredBuilder();
    }

    private String configMap(String name, String value) {
        return """
                {"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"%s","namespace":"%s"},"data":{"value":"%s"}}""".formatted(name, shop, value);
    }

    private String deployment(String name, String image) {
        return """
                {"apiVersion":"apps/v1","kind":"Deployment","metadata":{"name":"%s","namespace":"%s"},
                 "spec":{"replicas":1,"selector":{"matchLabels":{"app":"web"}},
                  "template":{"metadata":{"labels":{"app":"web"}},
                   "spec":{"terminationGracePeriodSeconds":1,"containers":[{"name":"app","image":"%s","imagePullPolicy":"IfNotPresent"}]}}}}""".formatted(name, shop, image);
    }

    /** The annotation that the mover itself sets stands in for the one an injector would. */
    private String placement(String revision, String requires) {
        return """
                {"namespace":"%s","label":"istio.io/rev","value":"%s","removeLabels":["istio-injection"],
                 "podAnnotation":"weft.io/placed-revision","requires":"%s","maxParallelWorkloads":2,"paused":false}""".formatted(shop, revision, requires);
    }

    private String path(String name) {
        return "/api/v1/namespaces/" + shop + "/configmaps/" + name;
    }

    private ObjectKey key(String kind, String name) {
        return new ObjectKey("", "v1", kind, shop, name);
    }

    private String value(String name) {
        return cluster.text(path(name), "/data/value");
    }

    private static Check check(String type, ObjectKey object, int seconds) {
        return Check.newBuilder()
                .setType(type)
                .setObject(object.toRef())
                .setTimeout(com.google.protobuf.Duration.newBuilder().setSeconds(seconds))
                .build();
    }

    private void chunk(String digest, int from, byte[] gzip, int to, boolean last) {
        hub.send(HubMessage.newBuilder()
                .setBodyChunk(BodyChunk.newBuilder()
                        .setDigest(digest)
                        .setOffset(from)
                        .setData(ByteString.copyFrom(gzip, from, to - from))
                        .setLast(last))
                .build());
    }

    private void awaitComplete(long version) {
        await().atMost(SOON)
                .untilAsserted(() -> assertThat(hub.messages(KindCase.APPLIED)
                                .map(AgentMessage::getApplied)
                                .filter(Applied::getComplete)
                                .map(Applied::getVersion))
                        .contains(version));
    }

    private List<Reason> reasons() {
        return hub.messages(KindCase.REJECTED)
                .flatMap(message -> message.getRejected().getReasonsList().stream())
                .toList();
    }

    private Reason awaitReason(String code) {
        await().atMost(SOON)
                .untilAsserted(
                        () -> assertThat(reasons()).extracting(Reason::getCode).contains(code));
        return reasons().stream()
                .filter(reason -> reason.getCode().equals(code))
                .findFirst()
                .orElseThrow();
    }

    private static HttpServer metrics(AtomicLong served) throws IOException {
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
    private void podAtLoopback() {
        String pods = "/api/v1/namespaces/" + shop + "/pods";
        cluster.api.post(pods, """
                {"metadata":{"name":"proxy","labels":{"app":"proxy","istio.io/rev":"1-26-0"}},
                 "spec":{"schedulerName":"nobody","containers":[{"name":"app","image":"weft.local/pause:1"}]}}""");
        cluster.api.patch(pods + "/proxy/status", KubeApi.MERGE_PATCH, """
                {"status":{"podIP":"127.0.0.1","podIPs":[{"ip":"127.0.0.1"}],"startTime":"%s"}}""".formatted(
                        Instant.now().plusSeconds(1).truncatedTo(ChronoUnit.SECONDS)));
    }

    private long counted() {
        return batches().stream()
                .flatMap(batch -> batch.getWindowsList().stream())
                .mapToLong(window -> window.getTraffic().getRequestsOrDefault("2xx", 0))
                .sum();
    }

    private List<TelemetryBatch> batches() {
        return hub.messages(KindCase.TELEMETRY_BATCH)
                .map(AgentMessage::getTelemetryBatch)
                .toList();
    }

    private List<String> states(String revision) {
        return hub.messages(KindCase.MOVEMENT)
                .map(AgentMessage::getMovement)
                .filter(movement -> movement.getRevision().equals(revision))
                .map(Movement::getState)
                .toList();
    }

    private Movement awaitMovement(String revision, String state) {
        await().atMost(Duration.ofSeconds(40))
                .untilAsserted(() -> assertThat(states(revision)).contains(state));
        return hub.messages(KindCase.MOVEMENT)
                .map(AgentMessage::getMovement)
                .filter(movement -> movement.getRevision().equals(revision)
                        && movement.getState().equals(state))
                .reduce((_, last) -> last)
                .orElseThrow();
    }

    private List<String> replicaSets() {
        List<String> names = new java.util.ArrayList<>();
        cluster.api.list(
                "/apis/apps/v1/namespaces/" + shop + "/replicasets",
                set -> names.add(set.path("metadata").path("name").asText()));
        return names;
    }

    private ProbeResult awaitProbe(String phase, Duration patience) {
        await().atMost(patience).until(() -> probe(phase).isPresent());
        return probe(phase).orElseThrow();
    }

    private Optional<ProbeResult> probe(String phase) {
        return hub.messages(KindCase.PROBE_RESULT)
                .map(AgentMessage::getProbeResult)
                .filter(result -> result.getPhase().equals(phase))
                .findFirst();
    }

    private static AgentMessage message(ProbeResult result) {
        return AgentMessage.newBuilder().setProbeResult(result).build();
    }

    private int firstAppliedOf(String layer) {
        for (int i = 0; i < hub.messages.size(); i++) {
            if (hub.messages.get(i).getApplied().getLayersList().stream()
                    .anyMatch(ack -> ack.getName().equals(layer))) {
                return i;
            }
        }
        return -1;
    }

    private String dnsPod() {
        List<String> addresses = new java.util.ArrayList<>();
        cluster.api.list(
                "/api/v1/namespaces/kube-system/pods",
                pod -> addresses.add(pod.path("status").path("podIP").asText()));
        return addresses.getFirst();
    }

    private void accounts() {
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
