package io.weft.agent.read;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.weft.agent.kube.Json;
import io.weft.agent.kube.KubeApi;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.Map;

/** Tokens of the agent's own account for one audience, ten minutes long (D16). Never logged. */
final class AudienceToken {
    private static final int SECONDS = 600;
    private static final Duration USED_FOR = Duration.ofMinutes(7);

    private record Held(String token, Instant until) {
        @Override
        public String toString() {
            return "Held[until=" + until + "]";
        }
    }

    private final KubeApi api;
    private final String path;
    private final InstantSource clock;
    private final Map<String, Held> held = new HashMap<>();

    AudienceToken(KubeApi api, String namespace, String account, InstantSource clock) {
        this.api = api;
        this.path = "/api/v1/namespaces/" + namespace + "/serviceaccounts/" + account + "/token";
        this.clock = clock;
    }

    synchronized String of(String audience) {
        Held known = held.get(audience);
        if (known == null || known.until().isBefore(clock.instant())) {
            ObjectNode request =
                    Json.object().put("apiVersion", "authentication.k8s.io/v1").put("kind", "TokenRequest");
            ObjectNode spec = request.putObject("spec").put("expirationSeconds", SECONDS);
            spec.putArray("audiences").add(audience);
            JsonNode answer = api.post(path, Json.write(request));
            known = new Held(
                    answer.path("status").path("token").asText(),
                    clock.instant().plus(USED_FOR));
            held.put(audience, known);
        }
        return known.token();
    }
}
