package io.weft.agent.inventory;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.weft.agent.kube.Json;
import java.util.Map;

/** What the hub gets to know of an object: labels, ports, selector, account, replicas, how it stops. At most 2 KiB. */
final class Bodies {
    static final int MAX_BYTES = 2 * 1024;
    private static final int MOST_LABELS = 20;
    private static final String HOLD = "holdApplicationUntilProxyStarts";

    private Bodies() {}

    static String namespace(JsonNode namespace) {
        return bounded(Json.object().set("labels", labels(namespace.path("metadata"))));
    }

    static String serviceAccount(JsonNode account) {
        return "{}";
    }

    static String service(JsonNode service) {
        ObjectNode body = Json.object();
        body.set("labels", labels(service.path("metadata")));
        ObjectNode selector = body.putObject("selector");
        Json.strings(service.path("spec").path("selector")).forEach(selector::put);
        ArrayNode ports = body.putArray("ports");
        service.path("spec").path("ports").forEach(port -> {
            ObjectNode kept = ports.addObject();
            for (String field : new String[] {"name", "port", "targetPort", "appProtocol"}) {
                if (port.has(field)) {
                    kept.set(field, port.path(field));
                }
            }
        });
        return bounded(body);
    }

    static String workload(String kind, JsonNode workload) {
        JsonNode spec = workload.path("spec");
        JsonNode template = spec.path("template");
        ObjectNode body = Json.object().put("kind", kind);
        body.set("labels", labels(workload.path("metadata")));
        body.set("podLabels", labels(template.path("metadata")));
        body.put(
                "serviceAccount",
                template.path("spec").path("serviceAccountName").asText("default"));
        body.put(
                "replicas",
                spec.has("replicas")
                        ? spec.path("replicas").asInt()
                        : workload.path("status").path("desiredNumberScheduled").asInt(1));
        body.putObject("graceful")
                .put("readiness", every(template, "readinessProbe"))
                .put("preStop", every(template.path("spec").path("containers"), "lifecycle", "preStop"))
                .put("holdApplication", holdsApplication(template))
                .put("surge", neverFewer(kind, spec));
        return bounded(body);
    }

    private static boolean every(JsonNode template, String field) {
        return every(template.path("spec").path("containers"), field, "");
    }

    private static boolean every(JsonNode containers, String field, String inner) {
        for (JsonNode container : containers) {
            JsonNode found = inner.isEmpty()
                    ? container.path(field)
                    : container.path(field).path(inner);
            if (!found.isObject()) {
                return false;
            }
        }
        return !containers.isEmpty();
    }

    private static boolean holdsApplication(JsonNode template) {
        for (Map.Entry<String, String> annotation :
                Json.strings(template.path("metadata").path("annotations")).entrySet()) {
            String value = annotation.getValue();
            int at = value.indexOf(HOLD);
            if (at >= 0 && value.substring(at + HOLD.length()).matches("(?s)[\"']?\\s*:\\s*true.*")) {
                return true;
            }
        }
        return false;
    }

    /** A Deployment that first adds a pod and never runs with fewer than it should. */
    private static boolean neverFewer(String kind, JsonNode spec) {
        JsonNode unavailable = spec.path("strategy").path("rollingUpdate").path("maxUnavailable");
        return kind.equals("Deployment")
                && (unavailable.asText("").equals("0") || unavailable.asText("").equals("0%"));
    }

    private static ObjectNode labels(JsonNode metadata) {
        ObjectNode labels = Json.object();
        Json.strings(metadata.path("labels")).entrySet().stream()
                .limit(MOST_LABELS)
                .forEach(label -> labels.put(label.getKey(), label.getValue()));
        return labels;
    }

    /** Too large a body loses its labels first: ports and account matter more to a policy. */
    private static String bounded(JsonNode body) {
        String text = Json.write(body);
        if (text.length() <= MAX_BYTES) {
            return text;
        }
        ObjectNode smaller = body.deepCopy();
        smaller.set("labels", Json.object());
        String shorter = Json.write(smaller);
        return shorter.length() <= MAX_BYTES ? shorter : "{\"truncated\":true}";
    }
}
