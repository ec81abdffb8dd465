package io.weft.api.desired;

import io.weft.kit.tenancy.TenantTx;
import io.weft.kit.work.DueWork;
import java.util.Collection;
import java.util.UUID;

/** Says, in the transaction of a change, that a cluster's desired state has another input. */
public final class DesiredState {
    private static final String COMPILE = "compile";

    private DesiredState() {}

    /** Raises the requested state version by one and has it compiled; {@code reason} names what changed. */
    public static void changed(TenantTx tx, UUID cluster, String reason) {
        tx.update(
                "UPDATE agent_link SET requested_version = requested_version + 1, requested_reason = ? WHERE cluster_id = ?",
                reason,
                cluster);
        DueWork.scheduleNow(tx, COMPILE, cluster, reason);
    }

    /** Like {@link #changed} for several; in a fixed order, so that two writes cannot wait for each other. */
    public static void changedIn(TenantTx tx, Collection<UUID> clusters, String reason) {
        clusters.stream().distinct().sorted().forEach(cluster -> changed(tx, cluster, reason));
    }

    /** A deleted cluster needs no compiling. */
    public static void forget(TenantTx tx, UUID cluster) {
        tx.update(
                "DELETE FROM due_work WHERE kind = ? AND tenant_id = ? AND object_id = ?",
                COMPILE,
                tx.tenant(),
                cluster);
    }
}
