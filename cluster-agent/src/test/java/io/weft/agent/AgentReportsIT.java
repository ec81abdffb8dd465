package io.weft.agent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.sun.net.httpserver.HttpServer;
import io.weft.protocol.v1.AgentMessage.KindCase;
import io.weft.protocol.v1.HubMessage;
import io.weft.protocol.v1.Movement;
import io.weft.protocol.v1.ProbeResult;
import io.weft.protocol.v1.TelemetryBatch;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class AgentReportsIT extends AgentOnCluster {
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
}
