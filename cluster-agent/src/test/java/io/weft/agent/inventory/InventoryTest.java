package io.weft.agent.inventory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.weft.agent.FakeApi;
import io.weft.protocol.v1.AgentMessage;
import io.weft.protocol.v1.AgentMessage.KindCase;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class InventoryTest {
    private final List<AgentMessage> sent = new CopyOnWriteArrayList<>();
    private FakeApi cluster;
    private Inventory inventory;
    private volatile boolean behind;

    @BeforeEach
    void start() throws IOException {
        cluster = new FakeApi();
        for (String collection : List.of("/api/v1/namespaces", "/api/v1/services", "/api/v1/serviceaccounts")) {
            cluster.objects.put(collection, """
                    {"metadata":{"resourceVersion":"1"},"items":[{"metadata":{"name":"shop","namespace":"shop"}}]}""");
        }
        for (String kind : List.of("deployments", "statefulsets", "daemonsets")) {
            cluster.objects.put("/apis/apps/v1/" + kind, "{\"metadata\":{\"resourceVersion\":\"1\"},\"items\":[]}");
        }
        inventory = new Inventory(cluster.api, message -> !behind && sent.add(message));
        inventory.start();
    }

    @AfterEach
    void stop() {
        inventory.close();
        cluster.close();
    }

    @Test
    void everyStreamGetsTheDigestHoweverFastItFollowsAnother() {
        inventory.connected();
        await().until(() -> kinds().contains(KindCase.INVENTORY_DIGEST));
        sent.clear();
        inventory.disconnected();
        inventory.connected();
        await().until(() -> kinds().contains(KindCase.INVENTORY_DIGEST));
    }

    @Test
    void aChangeWaitsForAStreamThatIsBehind() {
        inventory.connected();
        await().until(() -> kinds().contains(KindCase.INVENTORY_DIGEST));
        sent.clear();
        behind = true;
        inventory.wanted(true);
        await().pollDelay(java.time.Duration.ofSeconds(2)).until(() -> true);
        assertThat(sent).isEmpty();
        behind = false;
        await().until(() -> kinds().contains(KindCase.INVENTORY_CHANGE));
    }

    private List<KindCase> kinds() {
        return sent.stream().map(AgentMessage::getKindCase).toList();
    }
}
