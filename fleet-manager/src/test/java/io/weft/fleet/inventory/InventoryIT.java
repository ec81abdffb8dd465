package io.weft.fleet.inventory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.weft.fleet.Fleet;
import io.weft.fleet.FleetTest;
import io.weft.fleet.TestAgent;
import io.weft.fleet.TestStream;
import io.weft.fleet.signer.AgentIdentity;
import io.weft.protocol.v1.AgentMessage;
import io.weft.protocol.v1.HubMessage.KindCase;
import io.weft.protocol.v1.InventoryChange;
import io.weft.protocol.v1.InventoryDigest;
import io.weft.protocol.v1.InventoryObject;
import io.weft.protocol.v1.ObjectRef;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

@FleetTest
class InventoryIT {
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    @Test
    void aReplacementKeepsOldRowsReadableUntilItsLastBatch() throws Exception {
        AgentIdentity cluster = Fleet.cluster(Fleet.tenant());
        try (TestAgent agent = TestAgent.enrolled(cluster)) {
            TestStream stream = agent.connect();
            stream.say(change(true, "d1", service("a", "{}"), service("b", "{}")));
            awaitNames(cluster, "a", "b");

            stream.say(change(true, "", service("b", "{\"labels\":{\"x\":\"y\"}}")));
            stream.say(change(false, "", service("c", "not JSON"), service("d", "{}")));
            awaitNames(cluster, "a", "b", "d");
            stream.say(change(false, "d2", service("e", "{}")));

            awaitNames(cluster, "b", "d", "e");
            stream.say(digest("d2"));
            stream.say(digest("d3"));
            stream.await(KindCase.INVENTORY_WANTED);
            assertThat(stream.rest())
                    .as("only the unknown digest is asked about")
                    .noneMatch(message -> message.hasInventoryWanted());
        }
    }

    @Test
    void onlyWhatCompilersReadAsksForACompile() throws Exception {
        AgentIdentity cluster = Fleet.cluster(Fleet.tenant());
        try (TestAgent agent = TestAgent.enrolled(cluster)) {
            TestStream stream = agent.connect();
            stream.say(change(true, "d1", workload("{\"serviceAccount\":\"web\",\"replicas\":1}")));
            await().atMost(PATIENCE)
                    .untilAsserted(() -> assertThat(requested(cluster)).isEqualTo("1"));

            stream.say(change(false, "d2", workload("{\"serviceAccount\":\"web\",\"replicas\":2}")));
            stream.say(change(false, "d3", service("a", "{\"selector\":{\"app\":\"a\"}}")));

            awaitNames(cluster, "a", "deployment/web");
            assertThat(requested(cluster)).isEqualTo("2");
        }
    }

    @Test
    void namespacesThatChangedAskForPlacementsToFollow() throws Exception {
        AgentIdentity cluster = Fleet.cluster(Fleet.tenant());
        try (TestAgent agent = TestAgent.enrolled(cluster)) {
            TestStream stream = agent.connect();
            stream.say(change(false, "d1", service("a", "{}")));
            awaitNames(cluster, "a");
            assertThat(placementsAsked(cluster)).isEqualTo("0");

            stream.say(change(false, "d2", object("Namespace", "shop", "{\"labels\":{}}")));

            awaitNames(cluster, "a", "shop");
            assertThat(placementsAsked(cluster)).isEqualTo("1");
        }
    }

    private static String placementsAsked(AgentIdentity cluster) {
        return Fleet.text(
                "SELECT count(*) FROM due_work WHERE kind = 'placement' AND object_id = ?", cluster.cluster());
    }

    private static String requested(AgentIdentity cluster) {
        return Fleet.text("SELECT requested_version FROM agent_link WHERE cluster_id = ?", cluster.cluster());
    }

    private static void awaitNames(AgentIdentity cluster, String... names) {
        await().atMost(PATIENCE)
                .untilAsserted(() -> assertThat(Fleet.texts(
                                "SELECT name FROM inventory_object WHERE cluster_id = ? ORDER BY name",
                                cluster.cluster()))
                        .containsExactly(names));
    }

    private static AgentMessage digest(String digest) {
        return AgentMessage.newBuilder()
                .setInventoryDigest(InventoryDigest.newBuilder().setDigest(digest))
                .build();
    }

    private static AgentMessage change(boolean replacesAll, String digest, InventoryObject... objects) {
        return AgentMessage.newBuilder()
                .setInventoryChange(InventoryChange.newBuilder()
                        .setReplacesAll(replacesAll)
                        .setDigest(digest)
                        .addAllUpserts(List.of(objects)))
                .build();
    }

    private static InventoryObject service(String name, String body) {
        return object("Service", name, body);
    }

    private static InventoryObject workload(String body) {
        return object("Workload", "deployment/web", body);
    }

    private static InventoryObject object(String kind, String name, String body) {
        return InventoryObject.newBuilder()
                .setObject(ObjectRef.newBuilder()
                        .setVersion("v1")
                        .setKind(kind)
                        .setNamespace("shop")
                        .setName(name))
                .setBodyJson(body)
                .build();
    }
}
