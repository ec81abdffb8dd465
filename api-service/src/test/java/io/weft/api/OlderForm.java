package io.weft.api;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;

/**
 * An OpenAPI 3.1 file written as 3.0: {@code type: [string, null]} as {@code nullable}. openapi-diff 2.1.7 reads 3.1 but
 * does not compare the types in it, so that a changed type would go unseen.
 */
final class OlderForm {
    private OlderForm() {}

    static JsonNode of(JsonNode document) {
        JsonNode older = document.deepCopy();
        ((ObjectNode) older).put("openapi", "3.0.3");
        rewrite(older);
        return older;
    }

    private static void rewrite(JsonNode node) {
        if (node instanceof ObjectNode object) {
            if (object.get("type") instanceof ArrayNode types) {
                single(object, types);
            }
            if (object.get("anyOf") instanceof ArrayNode choices && choices.size() == 2) {
                object.remove("anyOf");
                object.put("nullable", true);
                object.putArray("allOf").add(choices.get(0));
            }
        }
        node.forEach(OlderForm::rewrite);
    }

    private static void single(ObjectNode object, ArrayNode types) {
        for (JsonNode type : types) {
            if (type.asText().equals("null")) {
                object.put("nullable", true);
            } else {
                object.put("type", type.asText());
            }
        }
    }
}
