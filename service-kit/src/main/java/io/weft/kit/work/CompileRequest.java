package io.weft.kit.work;

import io.weft.kit.tenancy.TenantTx;
import java.util.UUID;

/** Says, in the transaction of a change, that a cluster's desired state has another input. */
public final class CompileRequest {
    /** Kind of the queue's rows; their object is the cluster. */
    public static final String KIND = "compile";

    private CompileRequest() {}

    /**
     * Raises the requested state version by one and has it compiled; {@code reason} names what changed. The queue's row is
     * taken before the cluster's, as the compile itself does: the other way round the two would wait for each other.
     */
    public static void raise(TenantTx tx, UUID cluster, String reason) {
        DueWork.scheduleNow(tx, KIND, cluster, reason);
        tx.update("""
                UPDATE agent_link SET requested_version = requested_version + 1, requested_reason = ?
                WHERE tenant_id = ? AND cluster_id = ?
                """, reason, tx.tenant(), cluster);
    }
}
