package io.weft.upgrade.observe;

import com.fasterxml.jackson.databind.JsonNode;
import io.weft.upgrade.decision.Observations.MeshStatus;
import io.weft.upgrade.decision.Observations.Proxy;
import io.weft.upgrade.decision.Observations.Serving;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Reads the stored observation {@code meshStatus}. It was written by an agent: what is malformed counts as not seen. */
final class MeshStatusJson {
    private MeshStatusJson() {}

    static MeshStatus read(JsonNode status) {
        Map<String, Serving> controlPlanes = new HashMap<>();
        for (JsonNode controlPlane : status.path("controlPlanes")) {
            // Several replicas of one revision each say what they serve.
            controlPlanes.merge(
                    controlPlane.path("revision").asText(),
                    new Serving(
                            controlPlane.path("ready").asBoolean(),
                            controlPlane.path("connectedProxies").asLong(),
                            controlPlane.path("notSynced").asLong(),
                            controlPlane.path("rejected").asLong(),
                            controlPlane.path("message").asText("")),
                    Serving::plus);
        }
        List<Proxy> proxies = new ArrayList<>();
        for (JsonNode proxy : status.path("proxies")) {
            proxies.add(new Proxy(
                    proxy.path("namespace").asText(),
                    proxy.path("pod").asText(),
                    proxy.path("revision").asText(),
                    proxy.path("synced").asBoolean()));
        }
        return new MeshStatus(
                time(status.path("time").asText("")), status.path("truncated").asBoolean(), controlPlanes, proxies);
    }

    private static Optional<Instant> time(String text) {
        try {
            return text.isEmpty() ? Optional.empty() : Optional.of(Instant.parse(text));
        } catch (DateTimeParseException _) {
            return Optional.empty();
        }
    }
}
