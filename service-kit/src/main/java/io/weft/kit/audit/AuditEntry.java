package io.weft.kit.audit;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import org.jspecify.annotations.Nullable;

/**
 * Who did what to which object.
 *
 * @param actor public id of the key, agent or rollout; the service's name for {@link ActorKind#SYSTEM}
 * @param action for example {@code cluster.create}
 * @param targetKind for example {@code cluster}
 * @param targetId public id
 * @param generationBefore and {@code generationAfter}: of the target, where it has one
 * @param detail what changed; the writer leaves secrets out
 */
public record AuditEntry(
        ActorKind actorKind,
        String actor,
        String action,
        String targetKind,
        String targetId,
        @Nullable Long generationBefore,
        @Nullable Long generationAfter,
        JsonNode detail,
        @Nullable String requestId) {

    /** Kinds of actors. */
    public enum ActorKind {
        API_KEY,
        AGENT,
        ROLLOUT,
        SYSTEM
    }

    public static AuditEntry of(ActorKind actorKind, String actor, String action, String targetKind, String targetId) {
        return new AuditEntry(
                actorKind,
                actor,
                action,
                targetKind,
                targetId,
                null,
                null,
                JsonNodeFactory.instance.objectNode(),
                null);
    }

    public AuditEntry withGenerations(@Nullable Long before, @Nullable Long after) {
        return new AuditEntry(actorKind, actor, action, targetKind, targetId, before, after, detail, requestId);
    }

    public AuditEntry withDetail(JsonNode detail) {
        return new AuditEntry(
                actorKind, actor, action, targetKind, targetId, generationBefore, generationAfter, detail, requestId);
    }

    public AuditEntry withRequestId(String requestId) {
        return new AuditEntry(
                actorKind, actor, action, targetKind, targetId, generationBefore, generationAfter, detail, requestId);
    }
}
