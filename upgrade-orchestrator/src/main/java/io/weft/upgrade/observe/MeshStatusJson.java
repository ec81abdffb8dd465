package io.weft.upgrade.observe;

import com.fasterxml.jackson.databind.JsonNode;
import io.weft.upgrade.decision.Observations.Clients;
import io.weft.upgrade.decision.Observations.MeshStatus;
import io.weft.upgrade.decision.Observations.Proxy;
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
        Map<String, Clients> clients = new HashMap<>();
        for (JsonNode controlPlane : status.path("controlPlanes")) {
            // Several replicas of one revision each say what they serve.
            clients.merge(
                    controlPlane.path("revision").asText(),
                    new Clients(
                            controlPlane.path("connectedProxies").asLong(),
                            controlPlane.path("rejected").asLong()),
                    (one, other) ->
                            new Clients(one.connected() + other.connected(), one.rejected() + other.rejected()));
        }
        List<Proxy> proxies = new ArrayList<>();
        for (JsonNode proxy : status.path("proxies")) {
            proxies.add(new Proxy(
                    proxy.path("namespace").asText(),
                    proxy.path("pod").asText(),
                    proxy.path("revision").asText(),
                    proxy.path("synced").asBoolean()));
        }
        return new MeshStatus(time(status.path("time").asText("")), clients, proxies);
    }

    private static Optional<Instant> time(String text) {
        try {
            return text.isEmpty() ? Optional.empty() : Optional.of(Instant.parse(text));
        } catch (DateTimeParseException _) {
            return Optional.empty();
        }
    }
}
