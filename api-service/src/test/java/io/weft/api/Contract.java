package io.weft.api;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.networknt.schema.Error;
import com.networknt.schema.InputFormat;
import com.networknt.schema.Schema;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Pattern;

/** The OpenAPI file of this build: what it lists, and whether an answer is one that it allows. */
final class Contract {
    static final Path BUILT = Path.of("target/openapi/weft.json");
    static final String LINES = "application/x-ndjson";
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final SchemaRegistry REGISTRY =
            SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_2020_12);
    private static final Contract OF_THIS_BUILD = new Contract(read(BUILT));

    private final JsonNode document;
    private final List<Operation> operations = new ArrayList<>();
    private final Map<String, Schema> schemas = new ConcurrentHashMap<>();

    Contract(JsonNode document) {
        this.document = document;
        document.path("paths")
                .properties()
                .forEach(path -> path.getValue().properties().stream()
                        .filter(verb ->
                                Set.of("get", "post", "put", "patch", "delete").contains(verb.getKey()))
                        .forEach(verb -> operations.add(new Operation(
                                verb.getKey().toUpperCase(Locale.ROOT), path.getKey(), verb.getValue()))));
    }

    static Contract ofThisBuild() {
        return OF_THIS_BUILD;
    }

    static JsonNode read(Path file) {
        try {
            return JSON.readTree(Files.readString(file));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * One operation.
     *
     * @param path with its parameters in braces, {@code /api/v1/clusters/{id}}
     */
    record Operation(String verb, String path, JsonNode description) {
        String id() {
            return description.path("operationId").asText();
        }

        String permission() {
            return description.path("x-weft-permission").asText();
        }

        boolean scoped() {
            return description.path("x-weft-scoped").asBoolean();
        }

        boolean writes() {
            return !verb.equals("GET");
        }

        boolean takesBody() {
            return description.has("requestBody");
        }

        /** Of the body that it takes. */
        String mediaType() {
            return description.at("/requestBody/content").fieldNames().next();
        }

        boolean hasParameter(String name) {
            for (JsonNode parameter : description.path("parameters")) {
                if (parameter.path("name").asText().equals(name)) {
                    return true;
                }
            }
            return false;
        }

        private Pattern pattern() {
            return Pattern.compile(path.replaceAll("\\{[^}]*}", "[^/]+"));
        }

        @Override
        public String toString() {
            return verb + " " + path;
        }
    }

    List<Operation> operations() {
        return List.copyOf(operations);
    }

    /** What the contract does not allow of an answer; empty when it is fine, or when the path is none of the API's. */
    List<String> breaches(String verb, String path, int status, String contentType, JsonNode body) {
        Optional<Operation> found = operations.stream()
                .filter(operation -> operation.verb().equals(verb))
                .filter(operation -> operation.pattern().matcher(path).matches())
                .findFirst();
        return found.isEmpty() ? List.of() : breaches(found.get(), status, contentType, body);
    }

    private List<String> breaches(Operation operation, int status, String contentType, JsonNode body) {
        JsonNode response = operation.description().path("responses").path(Integer.toString(status));
        response = response.has("$ref") ? resolved(response) : response;
        if (response.isMissingNode()) {
            return List.of(operation + " answers an undocumented " + status + ": " + body);
        }
        List<String> breaches = new ArrayList<>();
        if (status >= 400) {
            codeListed(operation, response, body).ifPresent(breaches::add);
        }
        JsonNode content = response.path("content");
        if (content.isEmpty() || body.isMissingNode()) {
            return breaches;
        }
        String mediaType = contentType.replaceFirst(";.*", "");
        if (!content.has(mediaType)) {
            breaches.add(operation + " answers " + status + " as " + contentType);
            return breaches;
        }
        if (mediaType.equals(LINES)) {
            return breaches; // documents of several kinds, read by the test of the export
        }
        String pointer = content.path(mediaType).path("schema").path("$ref").asText();
        for (Error error : schema(pointer).validate(body.toString(), InputFormat.JSON)) {
            breaches.add(operation + " " + status + " " + error);
        }
        return breaches;
    }

    private static Optional<String> codeListed(Operation operation, JsonNode response, JsonNode body) {
        Set<String> listed = new HashSet<>();
        response.path("x-weft-problems").forEach(code -> listed.add(code.asText()));
        String code = body.path("code").asText();
        return listed.contains(code)
                ? Optional.empty()
                : Optional.of(operation + " answers an undocumented problem " + code + ": " + body.path("detail"));
    }

    private JsonNode resolved(JsonNode reference) {
        return document.at(reference.path("$ref").asText().substring(1));
    }

    private Schema schema(String pointer) {
        return schemas.computeIfAbsent(pointer, reference -> {
            ObjectNode root = JSON.createObjectNode();
            root.put("$schema", "https://json-schema.org/draft/2020-12/schema");
            root.put("$ref", reference);
            root.set("components", document.path("components"));
            return REGISTRY.getSchema(root.toString(), InputFormat.JSON);
        });
    }

    static JsonNode tree(String json) {
        try {
            return JSON.readTree(json);
        } catch (JsonProcessingException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Fails the test when an answer is not as the contract says. */
    static void require(String verb, String path, int status, String contentType, JsonNode body) {
        assertThat(ofThisBuild().breaches(verb, path, status, contentType, body))
                .as("as the OpenAPI file says")
                .isEmpty();
    }
}
