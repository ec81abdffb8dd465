package io.weft.api;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.openapitools.openapidiff.core.OpenApiCompare;
import org.openapitools.openapidiff.core.model.ChangedOpenApi;

/** The committed OpenAPI file is what this build serves, says of each operation what callers need, and only grows. */
class ContractIT {
    /** What callers may rely on since it was released; a release replaces it. */
    private static final Path RELEASED = Path.of("openapi/released.yaml");

    private static final Path COMMITTED = Path.of("openapi/weft.yaml");
    private static final Path BUILT = Path.of("target/openapi/weft.yaml");

    @Test
    void theCommittedFileIsThatOfThisBuild() throws IOException {
        assertThat(Files.readString(COMMITTED))
                .as("cp api-service/" + BUILT + " api-service/" + COMMITTED + ", and read the difference")
                .isEqualTo(Files.readString(BUILT));
    }

    @Test
    void eachOperationSaysWhatItDoesAndNeedsAndMayAnswer() {
        List<Contract.Operation> operations = Contract.ofThisBuild().operations();

        assertThat(operations).hasSizeGreaterThan(50).allSatisfy(operation -> {
            assertThat(operation.description().path("summary").asText()).isNotBlank();
            assertThat(operation.permission()).matches("[a-zA-Z]+\\.(read|write|run)");
            assertThat(operation.description().path("x-codeSamples")).isNotEmpty();
            assertThat(statuses(operation)).contains("400", "401", "403", "406", "429", "500", "503");
            operation
                    .description()
                    .path("parameters")
                    .forEach(parameter ->
                            assertThat(parameter.path("description").asText()).isNotBlank());
        });
    }

    private static Set<String> statuses(Contract.Operation operation) {
        Set<String> names = new TreeSet<>();
        operation.description().path("responses").fieldNames().forEachRemaining(names::add);
        return names;
    }

    @Test
    void itListsExactlyTheMethodsThatAreServed() {
        Set<String> listed = Contract.ofThisBuild().operations().stream()
                .map(Contract.Operation::toString)
                .collect(Collectors.toSet());

        assertThat(listed).isEqualTo(ServedMethods.all());
    }

    @Test
    void nothingThatCallersRelyOnIsGone() throws IOException {
        ChangedOpenApi changes =
                compared(new YAMLMapper().readTree(Files.readString(RELEASED)), Contract.read(Contract.BUILT));

        assertThat(changes.isCompatible())
                .as(changes.getMissingEndpoints() + " " + changes.getChangedOperations())
                .isTrue();
    }

    @ParameterizedTest
    @MethodSource("breakingChanges")
    void eachClassOfBreakingChangeIsFound(String name, Consumer<JsonNode> breaking) {
        JsonNode before = Contract.read(Contract.BUILT);
        JsonNode after = before.deepCopy();
        breaking.accept(after);
        assertThat(after).as("the change took place: " + name).isNotEqualTo(before);

        assertThat(compared(before, after).isCompatible()).as(name).isFalse();
        assertThat(compared(before, before).isCompatible()).as("control").isTrue();
    }

    private static ChangedOpenApi compared(JsonNode before, JsonNode after) {
        return OpenApiCompare.fromContents(
                OlderForm.of(before).toString(), OlderForm.of(after).toString());
    }

    static Stream<Arguments> breakingChanges() {
        return Stream.of(
                change(
                        "an operation is removed",
                        api -> object(api, "/paths/~1api~1v1~1clusters").remove("post")),
                change("a path is renamed", api -> {
                    ObjectNode paths = object(api, "/paths");
                    paths.set("/api/v1/nodes", paths.remove("/api/v1/clusters"));
                }),
                change("a field of an answer is removed", api -> {
                    object(api, "/components/schemas/ClusterView/properties").remove("generation");
                    without(api, "/components/schemas/ClusterView", "generation");
                }),
                change(
                        "a field of an answer is no longer always there",
                        api -> without(api, "/components/schemas/ClusterView", "status")),
                change(
                        "a field of a request becomes required",
                        api -> object(api, "/components/schemas/ClusterWrite")
                                .withArray("required")
                                .add("labels")),
                change(
                        "a value of a request is no longer taken",
                        api -> object(api, "/components/schemas/ClusterSpec/properties/access")
                                .withArray("enum")
                                .remove(0)),
                change(
                        "a type changes",
                        api -> object(api, "/components/schemas/ClusterView/properties/generation")
                                .put("type", "string")),
                change(
                        "a text may be shorter than before",
                        api -> object(api, "/components/schemas/ClusterWrite/properties/name")
                                .put("maxLength", 10)),
                change(
                        "a parameter is removed",
                        api -> object(api, "/paths/~1api~1v1~1clusters/get")
                                .withArray("parameters")
                                .removeAll()),
                change(
                        "a parameter becomes required",
                        api -> ((ObjectNode) api.at("/paths/~1api~1v1~1clusters/get/parameters/0"))
                                .put("required", true)),
                change("success has another status", api -> {
                    ObjectNode responses = object(api, "/paths/~1api~1v1~1clusters/post/responses");
                    responses.set("200", responses.remove("201"));
                }),
                change("an answer has another media type", api -> {
                    ObjectNode content = object(api, "/paths/~1api~1v1~1clusters/get/responses/200/content");
                    content.set("application/xml", content.remove("application/json"));
                }));
    }

    private static Arguments change(String name, Consumer<JsonNode> breaking) {
        return Arguments.of(name, breaking);
    }

    private static ObjectNode object(JsonNode api, String pointer) {
        return (ObjectNode) api.at(pointer);
    }

    private static void without(JsonNode api, String schema, String field) {
        var required = object(api, schema).withArray("required");
        for (int i = required.size() - 1; i >= 0; i--) {
            if (required.get(i).asText().equals(field)) {
                required.remove(i);
            }
        }
    }
}
