package io.weft.api.http;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.eclipse.microprofile.openapi.models.Operation;
import org.eclipse.microprofile.openapi.models.PathItem;
import org.eclipse.microprofile.openapi.models.media.MediaType;
import org.jspecify.annotations.Nullable;

/**
 * The example of each operation, as a request body and as a curl line. They stand in {@code openapi/examples.json} by
 * operation id; a test runs every one against a hub.
 */
final class OpenApiExamples {
    static final String CODE_SAMPLES = "x-codeSamples";
    private static final String FILE = "openapi/examples.json";

    /**
     * One example.
     *
     * @param path values of the path's parameters
     * @param query values of the query's parameters
     * @param headers further ones, as they stand between double quotes in a shell
     * @param body of the request; a file's name where the body is no JSON
     */
    private record Example(
            @Nullable Map<String, String> path,
            @Nullable Map<String, String> query,
            @Nullable Map<String, String> headers,
            @Nullable Object body) {}

    private final Map<String, Example> examples;

    private OpenApiExamples(Map<String, Example> examples) {
        this.examples = examples;
    }

    static OpenApiExamples read() {
        try (InputStream file = Thread.currentThread().getContextClassLoader().getResourceAsStream(FILE)) {
            if (file == null) {
                throw new IllegalStateException(FILE + " is not on the class path");
            }
            return new OpenApiExamples(
                    new ObjectMapper().readValue(file, new TypeReference<TreeMap<String, Example>>() {}));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    void describe(PathItem.HttpMethod verb, String path, Operation operation) {
        Example example = examples.get(operation.getOperationId());
        if (example == null) {
            throw new IllegalStateException(operation.getOperationId() + " has no example in " + FILE);
        }
        if (example.body() != null && operation.getRequestBody() != null) {
            MediaType json = operation.getRequestBody().getContent().getMediaTypes().values().stream()
                    .findFirst()
                    .orElseThrow();
            if (!(example.body() instanceof String)) {
                json.setExample(example.body());
            }
        }
        operation.addExtension(
                CODE_SAMPLES,
                // Sorted: the order of Map.of changes from one process to the next, and the file with it.
                List.of(new TreeMap<>(Map.of("lang", "Shell", "source", curl(verb, path, operation, example)))));
    }

    /** Whoever calls sets {@code WEFT_URL}; the key is read by curl itself, so that no process list shows it. */
    private static String curl(PathItem.HttpMethod verb, String path, Operation operation, Example example) {
        StringBuilder line = new StringBuilder("curl -sS -H @weft-key.header");
        if (verb != PathItem.HttpMethod.GET) {
            line.append(" -X ").append(verb);
        }
        new TreeMap<>(orEmpty(example.headers()))
                .forEach((name, value) -> line.append(" -H \"")
                        .append(name)
                        .append(": ")
                        .append(value)
                        .append('"'));
        if (example.body() instanceof String file) {
            line.append(" -H 'Content-Type: ")
                    .append(mediaType(operation))
                    .append("' -T ")
                    .append(file);
        } else if (example.body() != null) {
            line.append(" -H 'Content-Type: ")
                    .append(mediaType(operation))
                    .append("' -d '")
                    .append(Json.of(example.body()).toString().replace("'", "'\\''"))
                    .append("'");
        }
        return line.append(" \"$WEFT_URL")
                .append(address(path, example))
                .append('"')
                .toString();
    }

    private static String mediaType(Operation operation) {
        return operation.getRequestBody().getContent().getMediaTypes().keySet().stream()
                .findFirst()
                .orElseThrow();
    }

    private static String address(String path, Example example) {
        String filled = path;
        for (Map.Entry<String, String> value : orEmpty(example.path()).entrySet()) {
            filled = filled.replace("{" + value.getKey() + "}", value.getValue());
        }
        if (filled.contains("{")) {
            throw new IllegalStateException("the example of " + path + " does not fill its path");
        }
        String query = new TreeMap<>(orEmpty(example.query()))
                .entrySet().stream()
                        .map(each -> each.getKey() + "=" + each.getValue())
                        .collect(Collectors.joining("&"));
        return query.isEmpty() ? filled : filled + "?" + query;
    }

    private static Map<String, String> orEmpty(@Nullable Map<String, String> values) {
        return values == null ? Map.of() : values;
    }
}
