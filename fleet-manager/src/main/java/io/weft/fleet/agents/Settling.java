package io.weft.fleet.agents;

import io.weft.fleet.compile.Unproved;
import io.weft.kit.tenancy.TenantTx;
import io.weft.kit.work.DueWork;
import java.util.UUID;

/**
 * Brings control planes and policy targets in line with the acknowledged layers. Compares what is acknowledged with what is
 * compiled, so it gives the same result however often it runs.
 */
final class Settling {
    private static final String CONTROL_PLANES_READY = """
            UPDATE control_plane cp SET state = 'ready', state_reason = NULL
            FROM installation i, agent_link l, cluster_layer c, layer_ack a
            WHERE i.id = cp.installation_id AND i.cluster_id = ? AND l.tenant_id = i.tenant_id AND l.cluster_id = i.cluster_id
                AND c.cluster_id = i.cluster_id AND c.version = l.compiled_version
                AND c.name = 'controlPlane[' || cp.revision || ']'
                AND a.cluster_id = i.cluster_id AND a.name = c.name AND a.digest = c.layer_digest
                AND cp.wanted AND cp.state IN ('installing', 'failed')
            """;
    private static final String CONTROL_PLANES_REMOVED = """
            DELETE FROM control_plane cp USING installation i, agent_link l
            WHERE i.id = cp.installation_id AND i.cluster_id = ? AND l.tenant_id = i.tenant_id AND l.cluster_id = i.cluster_id
                AND NOT cp.wanted AND l.applied_version = l.compiled_version
                AND NOT EXISTS (SELECT 1 FROM cluster_layer c WHERE c.cluster_id = i.cluster_id
                    AND c.version = l.compiled_version AND c.name = 'controlPlane[' || cp.revision || ']')
                AND NOT EXISTS (SELECT 1 FROM tombstone t WHERE t.cluster_id = i.cluster_id)
            """;
    // An empty list of objects means that nothing in the cluster says the policy: such a target is not applied.
    private static final String POLICIES_APPLIED = """
            UPDATE policy_target t SET applied_generation = t.compiled_generation, state = 'applied',
                reason = %s, message = %s, proof = NULL, proof_expire_time = NULL, update_time = now()
            FROM installation i, agent_link l, cluster_layer c, layer_ack a
            WHERE i.id = t.installation_id AND i.cluster_id = ? AND l.tenant_id = i.tenant_id AND l.cluster_id = i.cluster_id
                AND c.cluster_id = i.cluster_id AND c.version = l.compiled_version AND c.name = 'policy'
                AND a.cluster_id = i.cluster_id AND a.name = c.name AND a.digest = c.layer_digest
                AND t.state <> 'refused' AND t.removed_version IS NULL AND t.compiled_generation > 0 AND jsonb_array_length(t.objects) > 0
                AND (t.applied_generation < t.compiled_generation OR t.state IN ('pending', 'failed', 'offline'))
            RETURNING t.policy_id
            """.formatted(Unproved.REASON, Unproved.MESSAGE);
    private static final String STILL_TO_DELIVER = """
            SELECT DISTINCT t.policy_id FROM policy_target t JOIN policy p ON p.id = t.policy_id
            WHERE t.policy_id = ANY(?::uuid[]) AND t.delivered_generation < p.generation
            """;

    private Settling() {}

    static void after(TenantTx tx, UUID cluster) {
        tx.update(CONTROL_PLANES_READY, cluster);
        tx.update(CONTROL_PLANES_REMOVED, cluster);
        // The first cluster of a delivery has it: the rest need not wait for the deadline.
        tx.list(UUID.class, STILL_TO_DELIVER, tx.list(UUID.class, POLICIES_APPLIED, cluster))
                .forEach(policy -> DueWork.scheduleNow(tx, "delivery", policy, "applied"));
    }
}
