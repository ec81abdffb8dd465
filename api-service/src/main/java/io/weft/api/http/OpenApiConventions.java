package io.weft.api.http;

import java.util.List;
import java.util.Map;
import org.eclipse.microprofile.openapi.OASFactory;
import org.eclipse.microprofile.openapi.OASFilter;
import org.eclipse.microprofile.openapi.models.OpenAPI;
import org.eclipse.microprofile.openapi.models.Operation;
import org.eclipse.microprofile.openapi.models.PathItem;
import org.eclipse.microprofile.openapi.models.media.MediaType;
import org.eclipse.microprofile.openapi.models.media.Schema;
import org.eclipse.microprofile.openapi.models.parameters.Parameter;
import org.eclipse.microprofile.openapi.models.responses.APIResponse;
import org.eclipse.microprofile.openapi.models.security.SecurityScheme;

/**
 * Adds to the OpenAPI file what every operation has and no method says: credential, request id, page and write
 * parameters, problems.
 */
public class OpenApiConventions implements OASFilter {
    private static final String PROBLEM = "Problem";
    private static final String SCHEME = "apiKey";

    @Override
    public void filterOpenAPI(OpenAPI api) {
        if (api.getComponents() == null) {
            api.setComponents(OASFactory.createComponents());
        }
        api.getComponents().addSchema(PROBLEM, problem());
        // Documents whose form is another component's business: anything, or any object.
        api.getComponents().removeSchema("JsonNodeType");
        api.getComponents().addSchema("JsonNode", OASFactory.createSchema().description("Any JSON"));
        api.getComponents().addSchema("ObjectNode", OASFactory.createSchema().addType(Schema.SchemaType.OBJECT));
        api.getComponents()
                .addSecurityScheme(
                        SCHEME,
                        OASFactory.createSecurityScheme()
                                .type(SecurityScheme.Type.HTTP)
                                .scheme("bearer")
                                .description("An API key, weft_sat_..."));
        api.addSecurityRequirement(OASFactory.createSecurityRequirement().addScheme(SCHEME));
        if (api.getPaths() != null) {
            api.getPaths().getPathItems().forEach(OpenApiConventions::path);
        }
    }

    private static void path(String path, PathItem item) {
        for (Map.Entry<PathItem.HttpMethod, Operation> entry :
                item.getOperations().entrySet()) {
            Operation operation = entry.getValue();
            switch (entry.getKey()) {
                case GET -> read(path, operation);
                case POST -> {
                    write(operation);
                    operation.addParameter(header("Idempotency-Key", "The same request again gives the first answer."));
                }
                default -> {
                    write(operation);
                    operation.addParameter(header("If-Match", "ETag that was read; only its generation is compared."));
                }
            }
            operation
                    .getResponses()
                    .addAPIResponse(
                            "default",
                            OASFactory.createAPIResponse()
                                    .description("Not success")
                                    .content(OASFactory.createContent()
                                            .addMediaType("application/problem+json", reference(PROBLEM))));
        }
    }

    /** A list is what answers with a page. */
    private static void read(String path, Operation operation) {
        APIResponse ok = operation.getResponses().getAPIResponse("200");
        boolean paged = ok != null
                && ok.getContent() != null
                && ok.getContent().getMediaTypes().values().stream()
                        .map(MediaType::getSchema)
                        .anyMatch(schema -> schema != null
                                && schema.getRef() != null
                                && schema.getRef().contains("/Page"));
        if (paged) {
            operation.addParameter(query("pageSize", Schema.SchemaType.INTEGER, "50 when absent, 200 at most."));
            operation.addParameter(query("pageToken", Schema.SchemaType.STRING, "nextPageToken of the page before."));
        } else if (path.endsWith("}")) {
            operation.addParameter(header("If-None-Match", "ETag that was read; 304 while nothing has changed."));
        }
    }

    private static void write(Operation operation) {
        operation.addParameter(
                query("dryRun", Schema.SchemaType.BOOLEAN, "Check and answer like any other, and store nothing."));
    }

    private static Parameter query(String name, Schema.SchemaType type, String description) {
        return OASFactory.createParameter()
                .name(name)
                .in(Parameter.In.QUERY)
                .description(description)
                .schema(OASFactory.createSchema().addType(type));
    }

    private static Parameter header(String name, String description) {
        return OASFactory.createParameter()
                .name(name)
                .in(Parameter.In.HEADER)
                .description(description)
                .schema(OASFactory.createSchema().addType(Schema.SchemaType.STRING));
    }

    private static MediaType reference(String schema) {
        return OASFactory.createMediaType().schema(OASFactory.createSchema().ref(schema));
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
