package io.weft.kit.audit;

import io.weft.kit.id.UuidV7;
import io.weft.kit.tenancy.TenantTx;

/** Writes the audit log. */
public final class Audit {
    private Audit() {}

    /** Adds a row in the transaction of its effect: both are there, or neither. A later seal finds it in audit_pending. */
    public static void record(TenantTx tx, AuditEntry entry) {
        tx.update(
                """
                WITH entry AS (
                    INSERT INTO audit_entry (tenant_id, id, actor_kind, actor, action, target_kind, target_id,
                        generation_before, generation_after, detail, request_id)
                    VALUES (?, ?, ?, ?, ?, ?, ?, ?::bigint, ?::bigint, ?, ?)
                    RETURNING tenant_id, time, id)
                INSERT INTO audit_pending (tenant_id, entry_time, entry_id) SELECT tenant_id, time, id FROM entry
                """,
                tx.tenant(),
                UuidV7.next(),
                entry.actorKind(),
                entry.actor(),
                entry.action(),
                entry.targetKind(),
                entry.targetId(),
                entry.generationBefore(),
                entry.generationAfter(),
                entry.detail(),
                entry.requestId());
    }
}
