package io.weft.agent.move;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.weft.agent.kube.Json;
import java.io.UncheckedIOException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The JSON patch that gives a namespace its revision. The label is not Weft's: the patch tests every value seen (null =
 * absent), so a change made meanwhile by somebody else refuses it (D9). The former values stay in an annotation.
 */
final class NamespacePatch {
    static final String BEFORE = "weft.io/labels-before";

    private NamespacePatch() {}

    static ArrayNode of(PlacementSpec spec, JsonNode namespace) {
        JsonNode metadata = namespace.path("metadata");
        Map<String, String> labels = Json.strings(metadata.path("labels"));
        ArrayNode patch = Json.array();
        if (!metadata.path("labels").isObject()) {
            operation(patch, "add", "/metadata/labels").set("value", Json.object());
        }
        set(patch, spec.label(), labels.get(spec.label()), spec.value());
        // A label that somebody changed meanwhile is restored; what it was before the move stays what it was.
        Map<String, String> before = new TreeMap<>(before(spec, namespace));
        remember(before, spec.label(), labels);
        for (String label : spec.removeLabels()) {
            remember(before, label, labels);
            if (labels.containsKey(label)) {
                operation(patch, "test", path("labels", label)).put("value", labels.get(label));
                operation(patch, "remove", path("labels", label));
            }
        }
        if (!metadata.path("annotations").isObject()) {
            operation(patch, "add", "/metadata/annotations").set("value", Json.object());
        }
        ObjectNode record = Json.object().put("value", spec.value());
        ObjectNode values = record.putObject("before");
        before.forEach(values::put);
        operation(patch, "add", path("annotations", BEFORE)).put("value", Json.write(record));
        return patch;
    }

    /** Label values that the move to this value replaced, as the namespace remembers them. */
    static Map<String, String> before(PlacementSpec spec, JsonNode namespace) {
        JsonNode record = record(namespace);
        return spec.value().equals(record.path("value").asText())
                ? new LinkedHashMap<>(Json.strings(record.path("before")))
                : Map.of();
    }

    /** The value that Weft last gave the namespace's label, "" = none yet. */
    static String placed(JsonNode namespace) {
        return record(namespace).path("value").asText("");
    }

    private static JsonNode record(JsonNode namespace) {
        String text =
                namespace.path("metadata").path("annotations").path(BEFORE).asText("{}");
        try {
            return Json.read(text);
        } catch (UncheckedIOException _) {
            return Json.object();
        }
    }

    private static void remember(Map<String, String> before, String label, Map<String, String> labels) {
        String value = labels.get(label);
        if (value != null) {
            before.putIfAbsent(label, value);
        }
    }

    private static void set(ArrayNode patch, String label, @Nullable String seen, String value) {
        operation(patch, "test", path("labels", label)).put("value", seen);
        operation(patch, "add", path("labels", label)).put("value", value);
    }

    private static ObjectNode operation(ArrayNode patch, String operation, String path) {
        return patch.addObject().put("op", operation).put("path", path);
    }

    private static String path(String map, String name) {
        return "/metadata/" + map + "/" + name.replace("~", "~0").replace("/", "~1");
    }
}
