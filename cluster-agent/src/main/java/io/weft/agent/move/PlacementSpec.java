package io.weft.agent.move;

import com.fasterxml.jackson.databind.JsonNode;
import io.weft.agent.apply.Document;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.List;

/**
 * A placement document: which revision a namespace runs.
 *
 * @param label of the namespace that selects the revision, {@code value} what it must be
 * @param removeLabels labels that would win over it
 * @param podAnnotation annotation that a pod's proxy revision shows in
 * @param requires layer that must be acknowledged first, "" = none
 * @param deadline after which a move that is not over counts as failed; MAX = none
 */
record PlacementSpec(
        String namespace,
        String layerDigest,
        String label,
        String value,
        List<String> removeLabels,
        String podAnnotation,
        String requires,
        int maxParallelWorkloads,
        boolean paused,
        Instant deadline) {

    PlacementSpec {
        removeLabels = List.copyOf(removeLabels);
        if (namespace.isEmpty() || label.isEmpty() || value.isEmpty()) {
            throw new IllegalArgumentException("a placement needs namespace, label and value");
        }
    }

    static PlacementSpec of(Document document) {
        JsonNode body = document.body();
        List<String> removeLabels = new ArrayList<>();
        body.path("removeLabels").forEach(label -> removeLabels.add(label.asText()));
        return new PlacementSpec(
                body.path("namespace").asText(document.name()),
                document.layerDigest(),
                body.path("label").asText(""),
                body.path("value").asText(""),
                removeLabels,
                body.path("podAnnotation").asText(""),
                body.path("requires").asText(""),
                Math.max(1, body.path("maxParallelWorkloads").asInt(1)),
                body.path("paused").asBoolean(false),
                deadline(body.path("deadline")));
    }

    private static Instant deadline(JsonNode deadline) {
        try {
            return deadline.isTextual() ? Instant.parse(deadline.textValue()) : Instant.MAX;
        } catch (DateTimeParseException e) {
            throw new IllegalArgumentException("deadline is no time: " + deadline.asText(), e);
        }
    }
}
