package io.weft.api.desired;

import io.weft.kit.tenancy.TenantTx;
import io.weft.kit.work.CompileRequest;
import io.weft.kit.work.DueWork;
import java.util.Collection;
import java.util.UUID;

/** Says, in the transaction of a change, that a cluster's desired state has another input. */
public final class DesiredState {
    /** Kind of the queue's rows that ask for placements to follow a cluster's namespaces; fleet-manager writes them too. */
    public static final String PLACEMENT = "placement";

    private DesiredState() {}

    /** Raises the requested state version by one and has it compiled; {@code reason} names what changed. */
    public static void changed(TenantTx tx, UUID cluster, String reason) {
        CompileRequest.raise(tx, cluster, reason);
    }

    /** Like {@link #changed} for several; in a fixed order, so that two writes cannot wait for each other. */
    public static void changedIn(TenantTx tx, Collection<UUID> clusters, String reason) {
        clusters.stream().distinct().sorted().forEach(cluster -> changed(tx, cluster, reason));
    }

    /** What Weft may manage in the cluster changed: its installations' placements follow. */
    public static void selectorChanged(TenantTx tx, UUID cluster) {
        DueWork.scheduleNow(tx, PLACEMENT, cluster, "selector");
    }

    /** A deleted cluster needs no compiling. */
    public static void forget(TenantTx tx, UUID cluster) {
        tx.update(
                "DELETE FROM due_work WHERE kind = ? AND tenant_id = ? AND object_id = ?",
                CompileRequest.KIND,
                tx.tenant(),
                cluster);
    }
}
