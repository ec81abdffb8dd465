package io.weft.agent.apply;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.weft.agent.kube.ApiPaths;
import io.weft.agent.kube.Json;
import io.weft.agent.kube.KubeApi;
import io.weft.agent.kube.KubeRefusal;
import io.weft.agent.plan.ObjectKey;
import java.util.Optional;

/** {@link ClusterWriter} on a real API server. */
public final class KubeWriter implements ClusterWriter {
    private final KubeApi api;
    private final ApiPaths paths;

    public KubeWriter(KubeApi api, ApiPaths paths) {
        this.api = api;
        this.paths = paths;
    }

    @Override
    public JsonNode apply(ObjectKey key, ObjectNode intent, boolean force) {
        String path = paths.of(key)
                .orElseThrow(() -> KubeRefusal.of(
                        404,
                        Json.object()
                                .put("reason", "KindNotServed")
                                .put(
                                        "message",
                                        "the API server does not serve " + key.kind() + " of " + key.apiVersion()
                                                + "; is its CustomResourceDefinition applied?")));
        String query = "?fieldManager=" + Ownership.MANAGER + "&force=" + force;
        return api.patchForMetadata(path + query, KubeApi.APPLY, Json.write(intent));
    }

    @Override
    public Optional<JsonNode> get(ObjectKey key) {
        return paths.of(key).flatMap(api::get);
    }

    @Override
    public void delete(ObjectKey key, String uid) {
        ObjectNode options = Json.object().put("propagationPolicy", "Background");
        options.putObject("preconditions").put("uid", uid);
        paths.of(key).ifPresent(path -> api.delete(path, Json.write(options)));
    }
}
