package io.weft.model.release;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class LifecycleRulesTest {

    @Test
    void theUnionOfAllRolesIsMergedByVerbs() {
        assertThat(LifecycleRules.of(List.of(
                        role("ClusterRole", Map.of("apiGroups", List.of(""), "resources", List.of("pods", "services"), "verbs", List.of("list", "get"))),
                        role("Role", Map.of("apiGroups", List.of(""), "resources", List.of("pods"), "verbs", List.of("watch"))),
                        role("ConfigMap", Map.of("apiGroups", List.of("*"), "resources", List.of("*"), "verbs", List.of("*"))))))
                .containsExactlyInAnyOrder(
                        Map.of("apiGroups", List.of(""), "resources", List.of("pods"), "verbs", List.of("get", "list", "watch")),
                        Map.of("apiGroups", List.of(""), "resources", List.of("services"), "verbs", List.of("get", "list")));
    }

    @Test
    void namesAndUrlsAreKeptApart() {
        assertThat(LifecycleRules.of(List.of(role(
                        "ClusterRole",
                        Map.of("apiGroups", List.of("x"), "resources", List.of("a"), "resourceNames", List.of("one"), "verbs", List.of("get")),
                        Map.of("nonResourceURLs", List.of("/metrics", "/healthz"), "verbs", List.of("get"))))))
                .containsExactlyInAnyOrder(
                        Map.of("apiGroups", List.of("x"), "resources", List.of("a"), "resourceNames", List.of("one"), "verbs", List.of("get")),
                        Map.of("nonResourceURLs", List.of("/healthz", "/metrics"), "verbs", List.of("get")));
    }

    @SafeVarargs
    private static Map<String, Object> role(String kind, Map<String, Object>... rules) {
        return Map.of("kind", kind, "rules", List.of(rules));
    }
}
