package io.weft.agent.move;

import com.fasterxml.jackson.databind.JsonNode;
import io.weft.agent.kube.Json;
import io.weft.agent.kube.KubeApi;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/** PodDisruptionBudgets of a namespace. They bind evictions only; the mover asks them itself before a restart (D13). */
final class Budgets {
    private record Budget(String name, JsonNode selector, int allowed) {}

    private final List<Budget> budgets = new ArrayList<>();

    private Budgets() {}

    static Budgets of(KubeApi api, String namespace) {
        Budgets found = new Budgets();
        api.list(
                "/apis/policy/v1/namespaces/" + namespace + "/poddisruptionbudgets",
                budget -> found.budgets.add(new Budget(
                        budget.path("metadata").path("name").asText(),
                        budget.path("spec").path("selector"),
                        budget.path("status").path("disruptionsAllowed").asInt(0))));
        return found;
    }

    /** The first budget that forbids a disruption of pods with these labels, in words; "" = none does. */
    String forbidding(Map<String, String> podLabels) {
        return budgets.stream()
                .filter(budget -> budget.allowed() < 1 && matches(budget.selector(), podLabels))
                .findFirst()
                .map(budget -> "PodDisruptionBudget " + budget.name() + " allows no disruption now")
                .orElse("");
    }

    /** A label selector with equalities and expressions; an empty one selects everything, an absent one nothing. */
    static boolean matches(JsonNode selector, Map<String, String> labels) {
        if (!selector.isObject()
                || !labels.entrySet()
                        .containsAll(Json.strings(selector.path("matchLabels")).entrySet())) {
            return false;
        }
        for (JsonNode expression : selector.path("matchExpressions")) {
            if (!holds(expression, labels.get(expression.path("key").asText()))) {
                return false;
            }
        }
        return true;
    }

    private static boolean holds(JsonNode expression, @org.jspecify.annotations.Nullable String value) {
        List<String> values = new ArrayList<>();
        expression.path("values").forEach(listed -> values.add(listed.asText()));
        return switch (expression.path("operator").asText()) {
            case "In" -> value != null && values.contains(value);
            case "NotIn" -> value == null || !values.contains(value);
            case "Exists" -> Objects.nonNull(value);
            case "DoesNotExist" -> Objects.isNull(value);
            default -> true; // unknown: rather ask a budget too many
        };
    }
}
