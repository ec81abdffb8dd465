package io.weft.api.http;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.datatype.jsr310.JavaTimeModule;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Between records and the JSON documents in rows. What was absent in a request stays absent in its row. */
public final class Json {
    private static final ObjectMapper MAPPER = new ObjectMapper()
            .registerModule(new JavaTimeModule())
            .disable(SerializationFeature.WRITE_DATES_AS_TIMESTAMPS)
            .setDefaultPropertyInclusion(JsonInclude.Include.NON_NULL);

    private Json() {}

    public static JsonNode of(Object value) {
        return MAPPER.valueToTree(value);
    }

    /** Labels of a request, none when absent. */
    public static JsonNode labels(@Nullable Map<String, String> labels) {
        return of(labels == null ? Map.of() : labels);
    }

    public static Map<String, String> labels(JsonNode labels) {
        return MAPPER.convertValue(labels, new TypeReference<Map<String, String>>() {});
    }

    /** Untyped maps and lists, as the policy model reads them. */
    public static Map<String, Object> map(JsonNode object) {
        return MAPPER.convertValue(object, new TypeReference<Map<String, Object>>() {});
    }

    /** A document that this service has written. */
    public static <T> T read(JsonNode document, Class<T> type) {
        try {
            return MAPPER.treeToValue(document, type);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a stored document is no " + type.getSimpleName(), e);
        }
    }
}
