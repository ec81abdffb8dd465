package io.weft.fleet.compile;

import io.weft.kit.tenancy.TenantTx;
import java.util.UUID;

/**
 * The second phase of deletes. Call it in the transaction of a complete acknowledgement, after {@code applied_version} has
 * been written: only then are a deleted policy's objects known to be gone from the cluster.
 */
public final class DeletedPolicies {
    private DeletedPolicies() {}

    /**
     * Drops the cluster's targets of deleted policies, the policies that have no target left, and marks control planes
     * whose objects are gone as removed.
     *
     * @return number of policies that are gone for good
     */
    public static int sweep(TenantTx tx, UUID clusterId) {
        tx.update("""
                DELETE FROM policy_target t USING policy p, installation i, agent_link a
                WHERE (p.tenant_id, p.id) = (t.tenant_id, t.policy_id) AND p.delete_time IS NOT NULL
                    AND (i.tenant_id, i.id) = (t.tenant_id, t.installation_id) AND i.cluster_id = ?
                    AND (a.tenant_id, a.cluster_id) = (i.tenant_id, i.cluster_id)
                    AND t.removed_version <= a.applied_version
                """, clusterId);
        int gone = tx.update("""
                DELETE FROM policy p WHERE p.delete_time IS NOT NULL
                    AND NOT EXISTS (SELECT 1 FROM policy_target t
                        WHERE (t.tenant_id, t.policy_id) = (p.tenant_id, p.id))
                """);
        tx.update("""
                UPDATE control_plane c SET state = 'removed'
                FROM installation i, agent_link a
                WHERE (i.tenant_id, i.id) = (c.tenant_id, c.installation_id) AND i.cluster_id = ?
                    AND (a.tenant_id, a.cluster_id) = (i.tenant_id, i.cluster_id)
                    AND NOT c.wanted AND c.state = 'draining' AND a.applied_version = a.compiled_version
                    AND a.applied_version = a.requested_version
                """, clusterId);
        return gone;
    }
}
