package io.weft.model.facts;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ClusterFactsTest {
    private static final InventoryEntry WEB =
            new InventoryEntry("Workload", "shop", "deployment/web", Map.of("podLabels", Map.of("app", "web")));
    private static final InventoryEntry SERVICE = new InventoryEntry(
            "Service", "shop", "web", Map.of("selector", Map.of("app", "web"), "ports", List.of(Map.of("port", 80))));

    @Test
    void theDigestDoesNotDependOnTheOrder() {
        List<InventoryEntry> reversed = new ArrayList<>(List.of(WEB, SERVICE));
        Collections.reverse(reversed);

        assertThat(ClusterFacts.of(reversed).digest())
                .isEqualTo(ClusterFacts.of(List.of(WEB, SERVICE)).digest());
    }

    @Test
    void labelsOfNamespacesAndReplicasChangeNothing() {
        InventoryEntry plain = new InventoryEntry("Namespace", "", "shop", Map.of());
        InventoryEntry labelled =
                new InventoryEntry("Namespace", "", "shop", Map.of("labels", Map.of("istio.io/rev", "x")));
        InventoryEntry scaled = new InventoryEntry(
                "Workload", "shop", "deployment/web", Map.of("podLabels", Map.of("app", "web"), "replicas", 7));

        assertThat(ClusterFacts.of(List.of(labelled, scaled)).digest())
                .isEqualTo(ClusterFacts.of(List.of(plain, WEB)).digest());
    }

    @Test
    void aNewSelectorChangesTheDigest() {
        InventoryEntry other = new InventoryEntry(
                "Service",
                "shop",
                "web",
                Map.of("selector", Map.of("app", "api"), "ports", List.of(Map.of("port", 80))));

        assertThat(ClusterFacts.of(List.of(other)).digest())
                .isNotEqualTo(ClusterFacts.of(List.of(SERVICE)).digest());
    }

    @Test
    void bodiesOfAnyShapeAreRead() {
        ClusterFacts facts = ClusterFacts.of(List.of(
                new InventoryEntry(
                        "Service", "shop", "web", Map.of("selector", "app=web", "ports", Map.of("port", "x"))),
                new InventoryEntry("Workload", "shop", "w", Map.of("podLabels", List.of(1), "serviceAccount", 5)),
                new InventoryEntry("Secret", "shop", "s", Map.of())));

        assertThat(facts.service("shop", "web").orElseThrow().ports()).isEmpty();
        assertThat(facts.workloads().getFirst().serviceAccount()).isEqualTo("default");
    }
}
