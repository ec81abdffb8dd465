package io.weft.api.http;

import io.weft.kit.problem.ProblemType;
import java.io.InputStream;
import java.lang.reflect.Method;
import java.math.BigDecimal;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.eclipse.microprofile.openapi.OASFactory;
import org.eclipse.microprofile.openapi.models.Components;
import org.eclipse.microprofile.openapi.models.Operation;
import org.eclipse.microprofile.openapi.models.PathItem;
import org.eclipse.microprofile.openapi.models.headers.Header;
import org.eclipse.microprofile.openapi.models.media.Schema;
import org.eclipse.microprofile.openapi.models.parameters.Parameter;
import org.eclipse.microprofile.openapi.models.responses.APIResponse;
import org.eclipse.microprofile.openapi.models.responses.APIResponses;

/**
 * What one operation of the OpenAPI file says beside its body: permission, parameters of the conventions, headers, and
 * every problem it may answer with. Read from the method itself, so that file and filters cannot disagree.
 */
final class OpenApiOperations {
    static final String PERMISSION = "x-weft-permission";
    static final String SCOPED = "x-weft-scoped";
    static final String PROBLEMS = "x-weft-problems";
    private static final String PROBLEM = "#/components/schemas/Problem";

    private final PathItem.HttpMethod verb;
    private final String path;
    private final Operation operation;
    private final Method method;

    private OpenApiOperations(PathItem.HttpMethod verb, String path, Operation operation, Method method) {
        this.verb = verb;
        this.path = path;
        this.operation = operation;
        this.method = method;
    }

    static void describe(PathItem.HttpMethod verb, String path, Operation operation, Method method) {
        new OpenApiOperations(verb, path, operation, method).describe();
    }

    /** {@code clusters_create}: the collection, then what is done. */
    static String id(String path, Method method) {
        String collection = collection(path);
        return collection + "_" + (method.getName().equals(collection) ? "list" : method.getName());
    }

    /** First noun of a path such as {@code /api/v1/mesh-releases/{id}}. */
    private static String collection(String path) {
        return path.replaceFirst("^/api/v1/", "").replaceFirst("/.*", "");
    }

    private void describe() {
        operation.setOperationId(id(path, method));
        operation.setTags(List.of(collection(path)));
        describePermission();
        describeParameters();
        describeSuccess();
        describeProblems();
    }

    private void describePermission() {
        Requires requires = method.getAnnotation(Requires.class);
        if (requires != null) {
            operation.addExtension(PERMISSION, requires.value().text());
            operation.addExtension(SCOPED, requires.scoped());
        }
    }

    private void describeParameters() {
        if (reads()) {
            if (paged()) {
                add(OASFactory.createParameter()
                        .name(Pages.SIZE)
                        .in(Parameter.In.QUERY)
                        .schema(OASFactory.createSchema()
                                .addType(Schema.SchemaType.INTEGER)
                                .minimum(BigDecimal.ONE)));
                query(Pages.TOKEN, Schema.SchemaType.STRING);
            } else if (tagged()) {
                header("If-None-Match");
            }
        } else {
            query(ConventionFilters.DRY_RUN, Schema.SchemaType.BOOLEAN);
            header(verb == PathItem.HttpMethod.POST ? "Idempotency-Key" : "If-Match");
        }
        if (operation.getParameters() != null) {
            operation.getParameters().forEach(OpenApiTexts::describe);
        }
    }

    private void query(String name, Schema.SchemaType type) {
        add(OASFactory.createParameter()
                .name(name)
                .in(Parameter.In.QUERY)
                .schema(OASFactory.createSchema().addType(type)));
    }

    private void header(String name) {
        add(OASFactory.createParameter()
                .name(name)
                .in(Parameter.In.HEADER)
                .schema(OASFactory.createSchema().addType(Schema.SchemaType.STRING)));
    }

    private void add(Parameter parameter) {
        operation.addParameter(parameter);
    }

    private void describeSuccess() {
        APIResponses responses = operation.getResponses();
        if (verb == PathItem.HttpMethod.DELETE) {
            responses.removeAPIResponse("200");
            responses.addAPIResponse("204", OASFactory.createAPIResponse().description("It is gone"));
        }
        responses.getAPIResponses().forEach((status, response) -> {
            if (status.startsWith("2")) {
                describeHeaders(status, response);
            }
        });
        if (reads() && tagged() && !paged()) {
            responses.addAPIResponse(
                    "304",
                    OASFactory.createAPIResponse()
                            .description("Nothing has changed since the ETag that was sent")
                            .addHeader("ETag", textHeader("Version of the object as it is answered")));
        }
    }

    private void describeHeaders(String status, APIResponse response) {
        if (tagged()) {
            response.addHeader("ETag", textHeader("Version of the object as it is answered"));
        }
        if (status.equals("201") || status.equals("202")) {
            response.addHeader("Location", textHeader("Path of the object; absent in a dry run"));
        }
    }

    private static Header textHeader(String description) {
        return OASFactory.createHeader()
                .description(description)
                .schema(OASFactory.createSchema().addType(Schema.SchemaType.STRING));
    }

    private void describeProblems() {
        Map<Integer, Set<ProblemType>> byStatus = new TreeMap<>();
        problems()
                .forEach(type -> byStatus.computeIfAbsent(type.status(), _ -> EnumSet.noneOf(ProblemType.class))
                        .add(type));
        byStatus.forEach((status, types) -> operation
                .getResponses()
                .addAPIResponse(
                        status.toString(),
                        types.size() == 1 ? shared(types.iterator().next()) : problem(types)));
    }

    private static APIResponse shared(ProblemType type) {
        return OASFactory.createAPIResponse().ref("#/components/responses/" + type.name());
    }

    /** The answers that are the same in every operation, by problem. */
    static void addShared(Components components) {
        for (ProblemType type : ProblemType.values()) {
            components.addResponse(type.name(), problem(EnumSet.of(type)));
        }
    }

    private static APIResponse problem(Set<ProblemType> types) {
        APIResponse response = OASFactory.createAPIResponse()
                .description(types.stream()
                        .map(type -> type.name() + ": " + type.title())
                        .collect(Collectors.joining("; ")))
                .content(OASFactory.createContent()
                        .addMediaType(
                                ProblemMappers.PROBLEM_JSON.toString(),
                                OASFactory.createMediaType()
                                        .schema(OASFactory.createSchema().ref(PROBLEM))));
        response.addExtension(PROBLEMS, types.stream().map(ProblemType::name).toList());
        if (types.contains(ProblemType.RATE_LIMITED) || types.contains(ProblemType.UNAVAILABLE)) {
            response.addHeader("Retry-After", textHeader("Seconds after which to try again"));
        }
        return response;
    }

    private Set<ProblemType> problems() {
        Set<ProblemType> types = EnumSet.of(
                ProblemType.PARAMETER_UNKNOWN,
                ProblemType.PARAMETER_INVALID,
                ProblemType.UNAUTHENTICATED,
                ProblemType.PERMISSION_MISSING,
                ProblemType.NOT_ACCEPTABLE,
                ProblemType.RATE_LIMITED,
                ProblemType.INTERNAL,
                ProblemType.UNAVAILABLE);
        if (path.contains("{")) {
            types.add(ProblemType.NOT_FOUND);
        }
        if (paged()) {
            types.add(ProblemType.PAGE_TOKEN_INVALID);
        }
        if (takesBody()) {
            types.addAll(List.of(
                    ProblemType.BODY_UNREADABLE,
                    ProblemType.BODY_TOO_LARGE,
                    ProblemType.MEDIA_TYPE_UNSUPPORTED,
                    ProblemType.VALIDATION_FAILED));
        }
        if (verb == PathItem.HttpMethod.POST) {
            types.add(ProblemType.IDEMPOTENCY_KEY_REUSED);
            types.add(ProblemType.REQUEST_IN_PROGRESS);
        } else if (!reads()) {
            types.add(ProblemType.PRECONDITION_FAILED);
        }
        Raises raises = method.getAnnotation(Raises.class);
        if (raises != null) {
            types.addAll(List.of(raises.value()));
        }
        return types;
    }

    private boolean reads() {
        return verb == PathItem.HttpMethod.GET;
    }

    private boolean paged() {
        return method.isAnnotationPresent(Paged.class);
    }

    /** Whether the answer has an entity tag: it does where its record is {@link Viewed}. */
    private boolean tagged() {
        return OpenApiSchemas.answers(method).stream().anyMatch(Viewed.class::isAssignableFrom);
    }

    private boolean takesBody() {
        return Arrays.stream(method.getParameters())
                .map(java.lang.reflect.Parameter::getType)
                .anyMatch(type -> type.isRecord() || type == InputStream.class);
    }

    static void requireDistinctIds(Map<String, PathItem> paths) {
        Set<String> ids = new HashSet<>();
        paths.values()
                .forEach(item -> item.getOperations().values().forEach(operation -> {
                    if (!ids.add(operation.getOperationId())) {
                        throw new IllegalStateException("two operations are called " + operation.getOperationId());
                    }
                }));
    }
}
