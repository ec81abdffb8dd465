package io.weft.agent.check;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.weft.agent.kube.Json;
import java.util.List;

/** A Pod that is never stored: what admission does to it shows whether the injector works. */
final class DryRunPod {
    private DryRunPod() {}

    static ObjectNode of(JsonNode labels, JsonNode annotations) {
        ObjectNode pod = Json.object().put("apiVersion", "v1").put("kind", "Pod");
        ObjectNode metadata = pod.putObject("metadata").put("generateName", "weft-dry-run-");
        if (labels.isObject()) {
            metadata.set("labels", labels);
        }
        if (annotations.isObject()) {
            metadata.set("annotations", annotations);
        }
        pod.putObject("spec")
                .putArray("containers")
                .addObject()
                .put("name", "app")
                .put("image", "weft.local/none:none");
        return pod;
    }

    static boolean hasContainer(JsonNode pod, String name) {
        for (String list : List.of("containers", "initContainers")) {
            for (JsonNode container : pod.path("spec").path(list)) {
                if (name.equals(container.path("name").asText())) {
                    return true;
                }
            }
        }
        return false;
    }
}
