package io.weft.agent.apply;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.weft.agent.plan.ObjectKey;
import java.util.Optional;

/** The few writes that bring Weft's own objects into the cluster. Every method may throw KubeRefusal. */
public interface ClusterWriter {
    /**
     * Server-side apply with field manager {@code weft}. Without force a field of another manager is a conflict (409).
     *
     * @return the object as the server holds it now; its metadata is enough
     */
    JsonNode apply(ObjectKey key, ObjectNode intent, boolean force);

    /** The object as it is, empty where there is none or its kind is not served. */
    Optional<JsonNode> get(ObjectKey key);

    /** Deletes exactly the object with that UID, dependants in the background. */
    void delete(ObjectKey key, String uid);
}
