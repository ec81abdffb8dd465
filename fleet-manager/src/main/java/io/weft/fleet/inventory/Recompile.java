package io.weft.fleet.inventory;

import io.weft.kit.tenancy.TenantTx;
import io.weft.kit.work.DueWork;
import java.util.UUID;

/** Says that an input of a cluster's desired state changed. */
public final class Recompile {
    private Recompile() {}

    /** Raises the requested version in the transaction of the change and wakes the compile loop. */
    public static void request(TenantTx tx, UUID cluster, String reason) {
        tx.update("""
                UPDATE agent_link SET requested_version = requested_version + 1, requested_reason = ?
                WHERE tenant_id = ? AND cluster_id = ?
                """, reason, tx.tenant(), cluster);
        DueWork.scheduleNow(tx, "compile", cluster, reason);
    }
}
