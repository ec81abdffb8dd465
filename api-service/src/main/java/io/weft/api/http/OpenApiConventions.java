package io.weft.api.http;

import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.eclipse.microprofile.openapi.OASFactory;
import org.eclipse.microprofile.openapi.OASFilter;
import org.eclipse.microprofile.openapi.models.Components;
import org.eclipse.microprofile.openapi.models.OpenAPI;
import org.eclipse.microprofile.openapi.models.PathItem;
import org.eclipse.microprofile.openapi.models.media.Schema;
import org.eclipse.microprofile.openapi.models.security.SecurityScheme;

/**
 * Adds to the OpenAPI file what every operation has and no method says: credential, permission, parameters and problems
 * of the conventions, examples, and the rules of requests.
 */
public class OpenApiConventions implements OASFilter {
    private static final String PROBLEM = "Problem";
    private static final String SCHEME = "apiKey";

    @Override
    public void filterOpenAPI(OpenAPI api) {
        Components components = api.getComponents() == null ? OASFactory.createComponents() : api.getComponents();
        api.setComponents(components);
        components.addSchema(PROBLEM, problem());
        // Documents whose form is another component's business: anything, or any object.
        components.removeSchema("JsonNodeType");
        components.addSchema("JsonNode", OASFactory.createSchema().description("Any JSON"));
        components.addSchema("ObjectNode", OASFactory.createSchema().addType(Schema.SchemaType.OBJECT));
        components.addSchema(
                "MergePatch",
                OASFactory.createSchema()
                        .addType(Schema.SchemaType.OBJECT)
                        .description("RFC 7396 over the body of a PUT: absent stays, null removes."));
        OpenApiOperations.addShared(components);
        components.addSecurityScheme(
                SCHEME,
                OASFactory.createSecurityScheme()
                        .type(SecurityScheme.Type.HTTP)
                        .scheme("bearer")
                        .description("An API key, weft_sat_..."));
        api.addSecurityRequirement(OASFactory.createSecurityRequirement().addScheme(SCHEME));
        if (api.getPaths() != null) {
            describe(api.getPaths().getPathItems(), components.getSchemas());
        }
    }

    private static void describe(Map<String, PathItem> paths, Map<String, Schema> schemas) {
        OpenApiExamples examples = OpenApiExamples.read();
        OpenApiSchemas rules = new OpenApiSchemas(schemas);
        paths.forEach((path, item) -> item.getOperations().forEach((verb, operation) -> {
            Method method = method(operation.getOperationId());
            rules.describe(method);
            OpenApiOperations.describe(verb, path, operation, method);
            examples.describe(verb, path, operation);
        }));
        OpenApiOperations.requireDistinctIds(paths);
    }

    /** The generator is set to call each operation {@code <package>.<class>_<method>}. */
    private static Method method(String operationId) {
        int cut = operationId.lastIndexOf('_');
        try {
            Class<?> resource = Class.forName(
                    operationId.substring(0, cut), false, Thread.currentThread().getContextClassLoader());
            return Arrays.stream(resource.getDeclaredMethods())
                    .filter(method -> method.getName().equals(operationId.substring(cut + 1)))
                    .filter(method -> Modifier.isPublic(method.getModifiers()) && !method.isSynthetic())
                    .findFirst()
                    .orElseThrow(() -> new IllegalStateException("no method " + operationId));
        } catch (ClassNotFoundException e) {
            throw new IllegalStateException("no resource class for " + operationId, e);
        }
    }

    private static Schema text() {
        return OASFactory.createSchema().addType(Schema.SchemaType.STRING);
    }

    private static Schema problem() {
        Schema violation = OASFactory.createSchema()
                .addType(Schema.SchemaType.OBJECT)
                .addProperty("field", text())
                .addProperty("in", text().enumeration(List.of("body", "query", "path", "header")))
                .addProperty("code", text())
                .addProperty("message", text())
                .addProperty("family", text())
                .addProperty("capability", text())
                .addProperty("installationId", text());
        return OASFactory.createSchema()
                .addType(Schema.SchemaType.OBJECT)
                .description("RFC 9457; code is stable, violations name every fault of the input.")
                .required(List.of("type", "title", "status", "instance", "code", "requestId"))
                .addProperty("type", text())
                .addProperty("title", text())
                .addProperty("status", OASFactory.createSchema().addType(Schema.SchemaType.INTEGER))
                .addProperty("detail", text())
                .addProperty("instance", text())
                .addProperty("code", text())
                .addProperty("requestId", text())
                .addProperty("existingId", text())
                .addProperty(
                        "violations",
                        OASFactory.createSchema()
                                .addType(Schema.SchemaType.ARRAY)
                                .items(violation));
    }
}
