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
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.MultivaluedMap;
import jakarta.ws.rs.ext.MessageBodyReader;
import jakarta.ws.rs.ext.Provider;
import java.io.IOException;
import java.io.InputStream;
import java.lang.annotation.Annotation;
import java.lang.reflect.Type;

/** Reads JSON bodies into request records: bounded before parsed, strict, and with all violations in one answer. */
@Provider
@Consumes(MediaType.APPLICATION_JSON)
class JsonBodies implements MessageBodyReader<Record> {
    static final int MAX_BYTES = 1024 * 1024;
    private static final int MAX_DEPTH = 64;

    private final CurrentCall call;
    private final ObjectMapper strict;

    JsonBodies(CurrentCall call) {
        this.call = call;
        strict = new ObjectMapper(JsonFactory.builder()
                        .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                        .streamReadConstraints(StreamReadConstraints.builder()
                                .maxNestingDepth(MAX_DEPTH)
                                .maxNumberLength(40)
                                .build())
                        .build())
                .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);
    }

    @Override
    public boolean isReadable(Class<?> type, Type generic, Annotation[] annotations, MediaType mediaType) {
        return type.isRecord();
    }

    @Override
    public Record readFrom(
            Class<Record> type,
            Type generic,
            Annotation[] annotations,
            MediaType mediaType,
            MultivaluedMap<String, String> headers,
            InputStream body)
            throws IOException {
        byte[] bytes = BoundedBody.read(body, MAX_BYTES);
        call.requestBody(bytes);
        Violations violations = new Violations();
        Record record = new RecordBinder(violations).bind(type, tree(bytes));
        violations.throwIfAny();
        if (record == null) {
            throw new IllegalStateException("the binder gave neither a record nor a violation");
        }
        return record;
    }

    private JsonNode tree(byte[] bytes) throws IOException {
        try {
            JsonNode tree = strict.readTree(bytes);
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
        tree.forEach(JsonBodies::requireStorable);
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
