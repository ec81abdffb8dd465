package io.weft.upgrade.delivery;

import io.weft.kit.tenancy.TenantTx;
import io.weft.kit.work.CompileRequest;
import io.weft.upgrade.delivery.Delivery.Target;
import jakarta.inject.Singleton;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/** Raises the generation that is due at a policy's remaining targets. */
@Singleton
final class Deliveries {
    private final InstantSource clock;

    Deliveries(InstantSource clock) {
        this.clock = clock;
    }

    record PolicyRow(long generation, boolean immediate, Instant written) {}

    /** Looks at a policy; empty when its newest generation is due everywhere, or stopped. */
    Optional<Instant> look(TenantTx tx, UUID policy) {
        return tx.first(PolicyRow.class, """
                SELECT p.generation, COALESCE(p.spec ->> 'delivery', '') = 'immediate' AS immediate,
                    COALESCE(r.time, p.update_time) AS written
                FROM policy p LEFT JOIN policy_revision r ON r.policy_id = p.id AND r.generation = p.generation
                WHERE p.id = ? AND p.delete_time IS NULL
                """, policy).flatMap(row -> look(tx, policy, row));
    }

    private Optional<Instant> look(TenantTx tx, UUID policy, PolicyRow row) {
        Delivery delivery =
                Delivery.of(targets(tx, policy), row.generation(), row.immediate(), row.written(), clock.instant());
        delivery.deliver().forEach(target -> deliver(tx, policy, target, row.generation()));
        delivery.deliver().stream()
                .map(Target::cluster)
                .distinct()
                .sorted()
                .forEach(cluster ->
                        CompileRequest.raise(tx, cluster, "policy generation " + row.generation() + " is due here"));
        delivery.stopped().forEach((target, why) -> stop(tx, policy, target, why));
        return delivery.lookAgain();
    }

    private static List<Target> targets(TenantTx tx, UUID policy) {
        return tx.list(Target.class, """
                SELECT t.installation_id AS installation, i.cluster_id AS cluster, t.class AS capability_class,
                    COALESCE(l.connect_time IS NOT NULL
                        AND (l.disconnect_time IS NULL OR l.connect_time > l.disconnect_time), false) AS connected,
                    t.delivered_generation, t.applied_generation,
                    CASE t.state WHEN 'refused' THEN t.refused_generation ELSE t.compiled_generation END AS compiled_generation,
                    t.state IN ('failed', 'refused') AS rejected, t.message
                FROM policy_target t
                JOIN installation i ON i.id = t.installation_id
                LEFT JOIN agent_link l ON l.cluster_id = i.cluster_id
                WHERE t.policy_id = ? AND t.removed_version IS NULL ORDER BY t.class, t.installation_id
                """, policy);
    }

    private static void deliver(TenantTx tx, UUID policy, Target target, long generation) {
        tx.update("""
                UPDATE policy_target SET delivered_generation = ?, update_time = now()
                WHERE policy_id = ? AND installation_id = ? AND class = ? AND delivered_generation < ?
                """, generation, policy, target.installation(), target.capabilityClass(), generation);
    }

    private static void stop(TenantTx tx, UUID policy, Target target, String why) {
        tx.update("""
                UPDATE policy_target SET reason = 'DeliveryStopped', message = ?, update_time = now()
                WHERE policy_id = ? AND installation_id = ? AND class = ?
                """, why, policy, target.installation(), target.capabilityClass());
    }
}
