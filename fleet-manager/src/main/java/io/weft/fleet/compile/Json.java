package io.weft.fleet.compile;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.weft.model.manifest.CanonicalJson;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Between jsonb and the plain trees of mesh-model. */
final class Json {
    private static final ObjectMapper MAPPER = new ObjectMapper();

    private Json() {}

    /** An object as a tree; empty for anything else. */
    static Map<String, Object> tree(@Nullable JsonNode node) {
        return node != null && node.isObject() ? MAPPER.convertValue(node, new TypeReference<>() {}) : Map.of();
    }

    static List<Map<String, Object>> trees(JsonNode node) {
        return node.isArray() ? MAPPER.convertValue(node, new TypeReference<>() {}) : List.of();
    }

    static JsonNode node(Object tree) {
        try {
            return MAPPER.readTree(CanonicalJson.write(tree));
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("canonical JSON is JSON", e);
        }
    }
}
