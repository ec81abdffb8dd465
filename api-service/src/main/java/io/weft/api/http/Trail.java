package io.weft.api.http;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.weft.kit.audit.Audit;
import io.weft.kit.audit.AuditEntry;
import io.weft.kit.tenancy.TenantTx;
import jakarta.enterprise.context.ApplicationScoped;
import org.jspecify.annotations.Nullable;

/** Audit rows of callers' writes, in the transaction of the effect. Details name what changed, never a secret. */
@ApplicationScoped
public class Trail {
    private final CurrentCall call;
    private final EntityTags tags;

    Trail(CurrentCall call, EntityTags tags) {
        this.call = call;
        this.tags = tags;
    }

    /** {@code action} such as {@code cluster.create}; its part before the dot is the target's kind. */
    public void created(TenantTx tx, String action, String targetId, ObjectNode detail) {
        record(tx, action, targetId, null, 1L, detail);
    }

    /** A change of an object that callers overwrite: notes when it was unconditional, so that the last write won. */
    public void changed(TenantTx tx, String action, String targetId, long before, ObjectNode detail) {
        if (!tags.conditional()) {
            detail.put("unconditional", true);
        }
        record(tx, action, targetId, before, before + 1, detail);
    }

    /** An act that leaves no new generation. */
    public void done(TenantTx tx, String action, String targetId, ObjectNode detail) {
        record(tx, action, targetId, null, null, detail);
    }

    public static ObjectNode detail() {
        return JsonNodeFactory.instance.objectNode();
    }

    /** Both forms of a spec; specs hold no secrets. */
    public static ObjectNode diff(JsonNode before, Object after) {
        ObjectNode detail = detail();
        detail.set("before", before);
        detail.set("after", Json.of(after));
        return detail;
    }

    private void record(
            TenantTx tx,
            String action,
            String targetId,
            @Nullable Long before,
            @Nullable Long after,
            ObjectNode detail) {
        String kind = action.substring(0, action.indexOf('.'));
        Audit.record(
                tx,
                AuditEntry.of(AuditEntry.ActorKind.API_KEY, call.caller().principal(), action, kind, targetId)
                        .withGenerations(before, after)
                        .withDetail(detail)
                        .withRequestId(call.requestId()));
    }
}
