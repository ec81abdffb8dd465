package io.weft.fleet.compile;

import io.weft.fleet.compile.ClusterInputs.DuePolicy;
import io.weft.kit.tenancy.TenantTx;
import io.weft.kit.work.DueWork;
import io.weft.model.compile.Loss;
import io.weft.model.compile.PolicyOutcome;
import io.weft.model.compile.Report;
import io.weft.model.manifest.ObjectKey;
import jakarta.inject.Singleton;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

/** What a compile says of each policy in each installation. */
@Singleton
class PolicyTargets {

    void write(TenantTx tx, DuePolicy policy, PolicyOutcome outcome) {
        switch (outcome) {
            case PolicyOutcome.Ready ready -> ready(tx, policy, ready);
            case PolicyOutcome.Refused refused -> refused(tx, policy, refused);
        }
    }

    /** A new text or other objects must be applied and proved anew; what is unchanged keeps its state. */
    private static void ready(TenantTx tx, DuePolicy policy, PolicyOutcome.Ready ready) {
        List<Map<String, Object>> objects =
                ready.objects().stream().map(ObjectKey::toMap).toList();
        Optional<Report> unresolved =
                ready.reports().stream().filter(Report::unresolved).findFirst();
        boolean nothing = objects.isEmpty();
        boolean keepsObjects = nothing && policy.unchanged() && unresolved.isPresent();
        boolean anew = !policy.unchanged()
                || List.of("refused", "failed").contains(policy.state())
                || (!keepsObjects && !Json.trees(policy.objects()).equals(objects));
        tx.update(
                """
                UPDATE policy_target SET compiled_generation = ?, losses = ?, reports = ?,
                    objects = CASE WHEN ? THEN objects ELSE ? END,
                    state = CASE WHEN ? THEN 'pending' ELSE state END,
                    reason = CASE WHEN ? THEN ? ELSE reason END,
                    message = CASE WHEN ? THEN ? ELSE message END,
                    removed_version = NULL, update_time = now()
                WHERE policy_id = ? AND installation_id = ? AND class = ?
                """,
                policy.deliveredGeneration(),
                Json.node(ready.losses().stream().map(Loss::toMap).toList()),
                Json.node(ready.reports().stream().map(Report::toMap).toList()),
                keepsObjects,
                Json.node(objects),
                anew,
                anew || nothing,
                nothing ? unresolved.map(Report::code).orElse("") : "",
                anew || nothing,
                nothing ? unresolved.map(Report::message).orElse("") : "",
                policy.policyId(),
                policy.installationId(),
                policy.capabilityClass());
    }

    /** What was compiled before stays; the refused text is not delivered to the next clusters (D6). */
    private static void refused(TenantTx tx, DuePolicy policy, PolicyOutcome.Refused refused) {
        tx.update(
                """
                UPDATE policy_target SET state = 'refused', reason = ?, message = ?, refused_generation = ?, update_time = now()
                WHERE policy_id = ? AND installation_id = ? AND class = ?
                """,
                refused.code(),
                refused.reason(),
                policy.deliveredGeneration(),
                policy.policyId(),
                policy.installationId(),
                policy.capabilityClass());
        DueWork.scheduleNow(tx, "delivery", policy.policyId(), "refused");
    }

    /** Where no control plane is wanted any more, nothing says the policy: its objects go with this version. */
    void uninstalled(TenantTx tx, UUID clusterId, Collection<UUID> installed) {
        tx.update("""
                UPDATE policy_target t SET state = 'pending', reason = 'InstallationRemoved', message = '', objects = '[]',
                    applied_generation = 0, proof = NULL, proof_expire_time = NULL, update_time = now()
                FROM installation i
                WHERE (i.tenant_id, i.id) = (t.tenant_id, t.installation_id) AND i.cluster_id = ?
                    AND t.installation_id <> ALL (?::uuid[]) AND t.removed_version IS NULL
                    AND t.reason <> 'InstallationRemoved'
                """, clusterId, installed);
    }

    /** A deleted policy's objects are gone from this version on. */
    void removed(TenantTx tx, UUID policyId, UUID installationId, long version) {
        tx.update("""
                UPDATE policy_target SET state = 'pending', reason = 'Deleted', message = '', removed_version = ?,
                    update_time = now()
                WHERE policy_id = ? AND installation_id = ? AND removed_version IS NULL
                """, version, policyId, installationId);
    }
}
