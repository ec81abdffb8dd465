package io.weft.agent.check;

import com.fasterxml.jackson.databind.JsonNode;

/** Status conditions of any kind. */
final class Conditions {
    private Conditions() {}

    static CheckResult holds(JsonNode object, String type, String status) {
        for (JsonNode condition : object.path("status").path("conditions")) {
            if (type.equals(condition.path("type").asText())) {
                String found = condition.path("status").asText();
                return CheckResult.when(
                        status.equals(found),
                        "condition " + type + " is " + found + " ("
                                + condition.path("reason").asText("no reason") + ") "
                                + condition.path("message").asText(""));
            }
        }
        return new CheckResult.Waiting("condition " + type + " is not reported yet");
    }
}
