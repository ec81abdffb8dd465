package io.weft.agent.check;

import com.fasterxml.jackson.databind.JsonNode;
import io.weft.agent.kube.Json;
import io.weft.agent.kube.KubeApi;
import io.weft.agent.kube.KubeRefusal;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.StringJoiner;

/** Why the pods of a workload are not ready, in words a person can act on. */
public final class WaitingPods {
    private static final int NAMED = 3;

    private final KubeApi api;

    public WaitingPods(KubeApi api) {
        this.api = api;
    }

    /** "; pod istiod-1: discovery waits: ImagePullBackOff (...)" for up to three pods, or "". */
    String describe(String namespace, JsonNode workload) {
        Map<String, String> labels =
                Json.strings(workload.path("spec").path("selector").path("matchLabels"));
        if (labels.isEmpty()) {
            return "";
        }
        StringJoiner selector = new StringJoiner(",");
        labels.forEach((name, value) -> selector.add(name + "=" + value));
        List<String> reasons = new ArrayList<>();
        try {
            api.list(
                    "/api/v1/namespaces/" + namespace + "/pods",
                    "&labelSelector=" + KubeApi.encode(selector.toString()),
                    "application/json",
                    pod -> reason(pod).ifPresent(reasons::add));
        } catch (KubeRefusal _) {
            return "";
        }
        return reasons.isEmpty() ? "" : "; " + String.join("; ", reasons.subList(0, Math.min(NAMED, reasons.size())));
    }

    /** What this pod waits for, empty when it waits for nothing. */
    public static Optional<String> reason(JsonNode pod) {
        String name = "pod " + pod.path("metadata").path("name").asText();
        JsonNode status = pod.path("status");
        for (String list : List.of("initContainerStatuses", "containerStatuses")) {
            for (JsonNode container : status.path(list)) {
                Optional<String> reason = reasonOf(container);
                if (reason.isPresent()) {
                    return reason.map(text -> name + ": " + text);
                }
            }
        }
        if ("Pending".equals(status.path("phase").asText())) {
            for (JsonNode condition : status.path("conditions")) {
                if ("False".equals(condition.path("status").asText())
                        && "PodScheduled".equals(condition.path("type").asText())) {
                    return Optional.of(name + ": " + condition.path("reason").asText() + " "
                            + condition.path("message").asText());
                }
            }
        }
        return Optional.empty();
    }

    private static Optional<String> reasonOf(JsonNode container) {
        String name = container.path("name").asText();
        JsonNode state = container.path("state");
        String waiting = state.path("waiting").path("reason").asText("");
        if (!waiting.isEmpty() && !waiting.equals("PodInitializing") && !waiting.equals("ContainerCreating")) {
            return Optional.of(name + " waits: " + waiting
                    + bracketed(state.path("waiting").path("message")));
        }
        JsonNode last = container.path("lastState").path("terminated");
        if (!last.isMissingNode() && !container.path("ready").asBoolean(false)) {
            return Optional.of(
                    name + " ended with exit code " + last.path("exitCode").asInt() + " "
                            + last.path("reason").asText("") + bracketed(last.path("message")));
        }
        return state.has("running") && !container.path("ready").asBoolean(false)
                ? Optional.of(name + " runs and is not ready")
                : Optional.empty();
    }

    private static String bracketed(JsonNode message) {
        String text = message.asText("").strip();
        return text.isEmpty() ? "" : " (" + text.substring(0, Math.min(200, text.length())) + ")";
    }
}
