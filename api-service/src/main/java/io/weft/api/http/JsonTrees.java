package io.weft.api.http;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.weft.kit.problem.Problem;
import io.weft.kit.problem.ProblemType;
import java.io.IOException;
import java.io.InputStream;

/** Reads a caller's JSON into a tree: bounded in bytes and depth, strict, and storable as it is. */
final class JsonTrees {
    static final int MAX_BYTES = 1024 * 1024;
    private static final int MAX_DEPTH = 64;
    private static final ObjectMapper STRICT = new ObjectMapper(JsonFactory.builder()
                    .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                    .streamReadConstraints(StreamReadConstraints.builder()
                            .maxNestingDepth(MAX_DEPTH)
                            .maxNumberLength(40)
                            .build())
                    .build())
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);

    private JsonTrees() {}

    /**
     * The tree of a request's body, of which the call keeps the bytes.
     *
     * @throws Problem 400 when it is no JSON, with line and column; 413 when it is larger than 1 MiB
     */
    static JsonNode read(InputStream body, CurrentCall call) throws IOException {
        byte[] bytes = BoundedBody.read(body, MAX_BYTES);
        call.requestBody(bytes);
        return tree(bytes);
    }

    private static JsonNode tree(byte[] bytes) throws IOException {
        try {
            JsonNode tree = STRICT.readTree(bytes);
            if (tree == null || tree.isMissingNode()) {
                throw Problem.of(ProblemType.BODY_UNREADABLE, "The body is empty, a JSON object is needed");
            }
            requireStorable(tree);
            return tree;
        } catch (JsonProcessingException e) {
            JsonLocation at = e.getLocation();
            Problem problem = Problem.of(ProblemType.BODY_UNREADABLE, "No JSON: " + reason(e));
            throw at == null ? problem : problem.with("line", at.getLineNr()).with("column", at.getColumnNr());
        }
    }

    /** JSON may hold what the database's jsonb may not; the depth is bounded by the parser. */
    private static void requireStorable(JsonNode tree) {
        boolean infinite = tree.isDouble() && !Double.isFinite(tree.doubleValue());
        if (infinite || (tree.isTextual() && holdsNul(tree.textValue()))) {
            throw Problem.of(ProblemType.BODY_UNREADABLE, "A text holds the character NUL, or a number is too large");
        }
        tree.fieldNames().forEachRemaining(name -> {
            if (holdsNul(name)) {
                throw Problem.of(ProblemType.BODY_UNREADABLE, "A field's name holds the character NUL");
            }
        });
        tree.forEach(JsonTrees::requireStorable);
    }

    private static boolean holdsNul(String text) {
        return text.indexOf('\0') >= 0;
    }

    /** Jackson's first line; the rest repeats the source. */
    private static String reason(JsonProcessingException e) {
        String text = e.getOriginalMessage();
        int cut = text.indexOf('\n');
        return cut < 0 ? text : text.substring(0, cut);
    }
}
