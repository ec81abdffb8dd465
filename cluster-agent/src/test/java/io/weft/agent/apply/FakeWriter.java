package io.weft.agent.apply;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.weft.agent.kube.Json;
import io.weft.agent.kube.KubeRefusal;
import io.weft.agent.plan.ObjectKey;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;

/** Keeps what is applied; refuses when told to. */
final class FakeWriter implements ClusterWriter {
    final Map<ObjectKey, ObjectNode> objects = new HashMap<>();
    final List<ObjectKey> applied = new ArrayList<>();
    /** Status by object. */
    final Map<ObjectKey, Integer> refusals = new HashMap<>();
    /** What happens between the server's commit and its answer. */
    Consumer<ObjectKey> meanwhile = _ -> {};

    private int created;

    @Override
    public JsonNode apply(ObjectKey key, ObjectNode intent, boolean force) {
        Integer refusal = refusals.get(key);
        if (refusal != null) {
            throw KubeRefusal.of(refusal, Json.object().put("message", "refused by the test"));
        }
        applied.add(key);
        ObjectNode object = intent.deepCopy();
        ObjectNode former = objects.get(key);
        String uid =
                former == null ? "uid-" + ++created : former.at("/metadata/uid").asText();
        object.withObject("/metadata").put("uid", uid);
        object.withObject("/metadata")
                .putArray("managedFields")
                .addObject()
                .put("manager", Ownership.MANAGER)
                .put("operation", "Apply")
                .set("fieldsV1", Json.read("{\"f:data\":{}}"));
        objects.put(key, object);
        meanwhile.accept(key);
        return object;
    }

    @Override
    public Optional<JsonNode> get(ObjectKey key) {
        return Optional.ofNullable(objects.get(key));
    }

    @Override
    public void delete(ObjectKey key, String uid) {
        objects.remove(key);
    }
}
