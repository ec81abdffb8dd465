package io.weft.agent.probe;

import com.fasterxml.jackson.databind.JsonNode;
import io.weft.agent.apply.Document;
import io.weft.agent.kube.Json;
import io.weft.agent.plan.ObjectKey;
import java.net.URI;
import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;

/**
 * A probe document.
 *
 * @param allowNamespace where the allowed side runs, as {@code allowAccount}
 * @param objects the policy's objects: while they are not applied the opposite answer must show
 * @param runRequest counts requests for a run out of turn
 */
record ProbeSpec(
        String id,
        String digest,
        long generation,
        Kind kind,
        String url,
        String method,
        Map<String, String> headers,
        String allowNamespace,
        String allowAccount,
        String expectHeader,
        String expectValue,
        Map<String, String> meshedLabels,
        Map<String, String> meshedAnnotations,
        Set<ObjectKey> objects,
        long runRequest,
        Duration interval) {
    private static final Duration SHORTEST_INTERVAL = Duration.ofSeconds(15);

    enum Kind {
        /** An unmeshed caller must get no HTTP answer. */
        PLAINTEXT_REFUSED("plaintextRefused"),
        /** A meshed caller that is not on the list must get 403. */
        CALLER_REFUSED("callerRefused"),
        /** Requests with the rule's header must all be answered by its destination. */
        HEADER_ROUTE_LANDS("headerRouteLands");

        private final String text;

        Kind(String text) {
            this.text = text;
        }

        static Kind of(String text) {
            for (Kind kind : values()) {
                if (kind.text.equals(text)) {
                    return kind;
                }
            }
            throw new IllegalArgumentException("no probe of kind " + text);
        }
    }

    ProbeSpec {
        headers = Map.copyOf(headers);
        meshedLabels = Map.copyOf(meshedLabels);
        meshedAnnotations = Map.copyOf(meshedAnnotations);
        objects = Set.copyOf(objects);
        if (!method.equals("GET") && !method.equals("HEAD")) {
            throw new IllegalArgumentException("a probe sends GET or HEAD, not " + method);
        }
        URI address = URI.create(url);
        if (!"http".equals(address.getScheme()) || address.getHost() == null) {
            throw new IllegalArgumentException("a probe calls an http address, not " + url);
        }
        headers.forEach((name, value) -> {
            if (hasControl(name) || hasControl(value)) {
                throw new IllegalArgumentException("header " + name + " has control characters");
            }
        });
        if (hasControl(url) || hasControl(expectHeader)) {
            throw new IllegalArgumentException("control characters in the address or the expected header");
        }
    }

    static ProbeSpec of(Document document) {
        JsonNode body = document.body();
        JsonNode allow = body.path("allow");
        Set<ObjectKey> objects = new LinkedHashSet<>();
        body.path("policyObjects")
                .forEach(ref -> objects.add(new ObjectKey(
                        ref.path("group").asText(""),
                        ref.path("version").asText(""),
                        ref.path("kind").asText(""),
                        ref.path("namespace").asText(""),
                        ref.path("name").asText(""))));
        Duration interval = Duration.ofSeconds(body.path("intervalSeconds").asLong(120));
        return new ProbeSpec(
                body.path("probeId").asText(document.name()),
                document.digest(),
                body.path("policyGeneration").asLong(0),
                Kind.of(body.path("kind").asText()),
                body.path("url").asText(),
                body.path("method").asText("GET"),
                Json.strings(body.path("headers")),
                allow.path("namespace").asText(),
                allow.path("serviceAccount").asText(),
                body.path("expect").path("header").asText(""),
                body.path("expect").path("value").asText(""),
                Json.strings(body.path("meshedLabels")),
                Json.strings(body.path("meshedAnnotations")),
                objects,
                body.path("runRequest").asLong(0),
                interval.compareTo(SHORTEST_INTERVAL) < 0 ? SHORTEST_INTERVAL : interval);
    }

    private static boolean hasControl(String text) {
        return text.chars().anyMatch(c -> c < ' ' || c == 127);
    }
}
