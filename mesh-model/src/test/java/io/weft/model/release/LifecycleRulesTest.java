package io.weft.model.release;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class LifecycleRulesTest {

    @Test
    void theUnionOfAllRolesIsMergedByVerbs() {
        assertThat(LifecycleRules.of(List.of(
                        role(
                                "ClusterRole",
                                List.of(Map.of(
                                        "apiGroups",
                                        List.of(""),
                                        "resources",
                                        List.of("pods", "services"),
                                        "verbs",
                                        List.of("list", "get")))),
                        role(
                                "Role",
                                List.of(Map.of(
                                        "apiGroups",
                                        List.of(""),
                                        "resources",
                                        List.of("pods"),
                                        "verbs",
                                        List.of("watch")))),
                        role(
                                "ConfigMap",
                                List.of(Map.of(
                                        "apiGroups",
                                        List.of("*"),
                                        "resources",
                                        List.of("*"),
                                        "verbs",
                                        List.of("*")))))))
                .containsExactlyInAnyOrder(
                        Map.of(
                                "apiGroups",
                                List.of(""),
                                "resources",
                                List.of("pods"),
                                "verbs",
                                List.of("get", "list", "watch")),
                        Map.of(
                                "apiGroups",
                                List.of(""),
                                "resources",
                                List.of("services"),
                                "verbs",
                                List.of("get", "list")));
    }

    @Test
    void namesAndUrlsAreKeptApart() {
        assertThat(LifecycleRules.of(List.of(role(
                        "ClusterRole",
                        List.of(
                                Map.of(
                                        "apiGroups",
                                        List.of("x"),
                                        "resources",
                                        List.of("a"),
                                        "resourceNames",
                                        List.of("one"),
                                        "verbs",
                                        List.of("get")),
                                Map.of("nonResourceURLs", List.of("/metrics", "/healthz"), "verbs", List.of("get")))))))
                .containsExactlyInAnyOrder(
                        Map.of(
                                "apiGroups",
                                List.of("x"),
                                "resources",
                                List.of("a"),
                                "resourceNames",
                                List.of("one"),
                                "verbs",
                                List.of("get")),
                        Map.of("nonResourceURLs", List.of("/healthz", "/metrics"), "verbs", List.of("get")));
    }

    @Test
    void whoAppliesAReleaseMayApplyItsKindsAndTheKindsThatItDefines() {
        // Given
        Map<String, Object> crd = Map.of(
                "apiVersion",
                "apiextensions.k8s.io/v1",
                "kind",
                "CustomResourceDefinition",
                "spec",
                Map.of("group", "security.istio.io", "names", Map.of("plural", "peerauthentications")));
        Map<String, Object> service = Map.of("apiVersion", "v1", "kind", "Service");
        // When
        List<Map<String, Object>> rules = LifecycleRules.of(List.of(crd, service));
        // Then: nobody may delete a CRD
        assertThat(rules)
                .containsExactlyInAnyOrder(
                        Map.of(
                                "apiGroups",
                                List.of("apiextensions.k8s.io"),
                                "resources",
                                List.of("customresourcedefinitions"),
                                "verbs",
                                List.of("create", "get", "list", "patch", "watch")),
                        Map.of(
                                "apiGroups",
                                List.of("security.istio.io"),
                                "resources",
                                List.of("peerauthentications"),
                                "verbs",
                                List.of("create", "delete", "get", "list", "patch", "watch")),
                        Map.of(
                                "apiGroups",
                                List.of(""),
                                "resources",
                                List.of("services"),
                                "verbs",
                                List.of("create", "delete", "get", "list", "patch", "watch")));
    }

    private static Map<String, Object> role(String kind, List<Map<String, Object>> rules) {
        return Map.of("kind", kind, "rules", rules);
    }
}
