package io.weft.api.http;

import java.util.Map;
import org.eclipse.microprofile.openapi.models.parameters.Parameter;

/** What each parameter means; a name means the same everywhere. */
final class OpenApiTexts {
    private static final Map<String, String> PARAMETERS = Map.ofEntries(
            Map.entry("actor", "Only entries of this actor's id."),
            Map.entry("clusterId", "Only what concerns this cluster."),
            Map.entry("Content-Digest", "sha-256=:<base64>: of the body (RFC 9530)."),
            Map.entry("dryRun", "Check and answer like any other call, and store nothing."),
            Map.entry("from", "Begin of the range, inclusive, RFC 3339."),
            Map.entry("id", "Id of the object."),
            Map.entry("If-Match", "ETag that was read; only its generation is compared."),
            Map.entry("If-None-Match", "ETag that was read; 304 while nothing has changed."),
            Map.entry("Idempotency-Key", "The same request again gives the first answer, for 24 hours."),
            Map.entry("installationId", "Only what concerns this installation."),
            Map.entry("kind", "Only objects of this kind."),
            Map.entry("knownHead", "Head of an earlier answer, which must still be in the log."),
            Map.entry("labelSelector", "Only objects whose labels match, in Kubernetes' syntax."),
            Map.entry("meshId", "Only what concerns this mesh."),
            Map.entry("metric", "What is measured."),
            Map.entry("namespace", "Only what concerns this Kubernetes namespace."),
            Map.entry("pageSize", "Items per page: 50 when absent, lowered to 200."),
            Map.entry("pageToken", "nextPageToken of the page before, with the same filters."),
            Map.entry("phase", "Only rollouts in this phase."),
            Map.entry("policyId", "Only what concerns this policy."),
            Map.entry("service", "Only what concerns this service."),
            Map.entry("serviceAccountId", "Only what belongs to this service account."),
            Map.entry("step", "Length of a window, such as 10s or 1m."),
            Map.entry("targetId", "Only entries about this object."),
            Map.entry("to", "End of the range, exclusive, RFC 3339."));

    private OpenApiTexts() {}

    /** @throws IllegalStateException for a parameter that nobody has described */
    static void describe(Parameter parameter) {
        String text = PARAMETERS.get(parameter.getName());
        if (text == null) {
            throw new IllegalStateException("parameter " + parameter.getName() + " has no text in OpenApiTexts");
        }
        if (parameter.getDescription() == null) {
            parameter.setDescription(text);
        }
    }
}
