package io.weft.api.http;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Map;

/**
 * A change in the form of RFC 7396: what is absent stays, {@code null} removes, a list is replaced whole.
 *
 * @param document the caller's, as it was sent
 */
public record MergePatch(ObjectNode document) {
    /** Media type of such a body, the only one that PATCH takes. */
    public static final String MEDIA_TYPE = "application/merge-patch+json";

    /**
     * The request record that a PUT of the changed object would have had: merged as a tree first, then judged like any
     * other body, so that a patch can leave nothing behind that a PUT could not.
     *
     * @param answered the object as a GET answers it; what callers do not write is left out of account
     * @throws io.weft.kit.problem.Problem 422 with every violation of the merged document
     */
    public <T extends Record> T appliedTo(Object answered, Class<T> type) {
        return RecordBinder.read(type, merged(Json.of(answered), document));
    }

    /** RFC 7396, section 2. */
    static JsonNode merged(JsonNode target, JsonNode patch) {
        if (!patch.isObject()) {
            return patch;
        }
        ObjectNode result = target.isObject() ? target.deepCopy() : JsonNodeFactory.instance.objectNode();
        for (Map.Entry<String, JsonNode> change : patch.properties()) {
            if (change.getValue().isNull()) {
                result.remove(change.getKey());
            } else {
                result.set(change.getKey(), merged(result.path(change.getKey()), change.getValue()));
            }
        }
        return result;
    }
}
