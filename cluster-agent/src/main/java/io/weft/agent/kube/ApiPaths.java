package io.weft.agent.kube;

import com.fasterxml.jackson.databind.JsonNode;
import io.weft.agent.plan.ObjectKey;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/** Where the API server keeps a kind: discovery, remembered. A kind not found is asked for again, at most once a second. */
public final class ApiPaths {
    private static final Duration ASK_AGAIN = Duration.ofSeconds(1);

    private record Kind(String plural, boolean namespaced) {}

    private record Served(Map<String, Kind> kinds, Instant asked) {}

    private final KubeApi api;
    private final InstantSource clock;
    private final Map<String, Served> groups = new ConcurrentHashMap<>();

    public ApiPaths(KubeApi api, InstantSource clock) {
        this.api = api;
        this.clock = clock;
    }

    /** Path of the object; empty where the server does not serve its kind. */
    public Optional<String> of(ObjectKey key) {
        return kind(key).map(kind -> collection(key, kind) + "/" + key.name());
    }

    /** Path of the collection that the object is in. */
    public Optional<String> collectionOf(ObjectKey key) {
        return kind(key).map(kind -> collection(key, kind));
    }

    /** Path of all objects of that kind in every namespace. */
    public Optional<String> everywhere(ObjectKey key) {
        return kind(key).map(kind -> root(key) + "/" + kind.plural());
    }

    private static String collection(ObjectKey key, Kind kind) {
        return kind.namespaced()
                ? root(key) + "/namespaces/" + key.namespace() + "/" + kind.plural()
                : root(key) + "/" + kind.plural();
    }

    private static String root(ObjectKey key) {
        return key.group().isEmpty() ? "/api/" + key.version() : "/apis/" + key.group() + "/" + key.version();
    }

    private Optional<Kind> kind(ObjectKey key) {
        String root = root(key);
        Served served = groups.get(root);
        boolean stale = served == null
                || (!served.kinds().containsKey(key.kind())
                        && served.asked().plus(ASK_AGAIN).isBefore(clock.instant()));
        if (stale) {
            served = new Served(ask(root), clock.instant());
            groups.put(root, served);
        }
        return served == null
                ? Optional.empty()
                : Optional.ofNullable(served.kinds().get(key.kind()));
    }

    private Map<String, Kind> ask(String root) {
        Map<String, Kind> kinds = new HashMap<>();
        JsonNode resources = api.get(root).map(list -> list.path("resources")).orElseGet(Json::array);
        for (JsonNode resource : resources) {
            String plural = resource.path("name").asText();
            if (!plural.contains("/")) {
                kinds.put(
                        resource.path("kind").asText(),
                        new Kind(plural, resource.path("namespaced").asBoolean()));
            }
        }
        return kinds;
    }
}
