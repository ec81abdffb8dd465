package io.weft.api;

import com.fasterxml.jackson.databind.JsonNode;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;

/** Operations as their examples call them, with a scene's objects in place of the examples' ids. */
final class Samples {
    private Samples() {}

    static String path(Scene of, Contract.Operation operation) {
        String sample = operation.description().at("/x-codeSamples/0/source").asText();
        String url = sample.substring(sample.indexOf("$WEFT_URL") + "$WEFT_URL".length(), sample.length() - 1);
        return of.fill(url).replaceFirst("^/api/v1", "");
    }

    /** The path; a write is only tried. */
    static String dry(Scene of, Contract.Operation operation) {
        return operation.writes() ? path(of, operation) + "?dryRun=true" : path(of, operation);
    }

    /** The example's body, under a name that is free. */
    static String body(Scene of, Contract.Operation operation) {
        JsonNode example = operation.description().at("/requestBody/content").findPath("example");
        return example.isMissingNode()
                ? ""
                : of.fill(example.toString())
                        .replaceFirst("\"name\":\"[^\"]*\"", "\"name\":\"" + Api.unique("surface") + "\"");
    }

    static Api.Reply call(Api api, Contract.Operation operation, String path, Scene of) {
        return send(api, operation, path, body(of, operation));
    }

    static Api.Reply send(Api api, Contract.Operation operation, String path, String body, String... headers) {
        HttpRequest.Builder request = api.request(path, headers);
        if (!operation.takesBody()) {
            return api.send(request.method(operation.verb(), BodyPublishers.noBody()));
        }
        request.header("Content-Type", operation.mediaType());
        if (operation.mediaType().equals("application/gzip")) {
            byte[] bundle = Fixtures.bundle("1.26.300", "chart");
            request.header("Content-Digest", Fixtures.contentDigest(bundle));
            return api.send(request.method(operation.verb(), BodyPublishers.ofByteArray(bundle)));
        }
        return api.send(request.method(operation.verb(), BodyPublishers.ofString(body)));
    }
}
