package io.weft.fleet.agents;

import io.weft.fleet.signer.AgentIdentity;
import io.weft.kit.id.TenantId;
import io.weft.kit.tenancy.TenantTransactions;
import io.weft.kit.tenancy.TenantTx;
import io.weft.kit.work.DueWork;
import io.weft.kit.work.Loop;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** Who was heard of lately: one statement for all agents of this process; and who has been silent for too long. */
@Singleton
final class Presence {
    /** Agents whose hub died never got a time of parting; they are given the last time they were seen. */
    static final Duration SILENT_AFTER = Duration.ofSeconds(75);

    private final TenantTransactions transactions;
    private final DueWork queue;
    private final Set<UUID> seen = ConcurrentHashMap.newKeySet();

    Presence(TenantTransactions transactions, DueWork queue) {
        this.transactions = transactions;
        this.queue = queue;
    }

    void heard(AgentIdentity agent) {
        seen.add(agent.cluster());
    }

    void flush() {
        List<UUID> clusters = List.copyOf(seen);
        clusters.forEach(seen::remove);
        if (!clusters.isEmpty()) {
            transactions.platform(tx -> tx.update(
                    "UPDATE agent_link SET last_seen_time = now() WHERE cluster_id = ANY(?::uuid[])", clusters));
        }
    }

    /** Ends the connections that nobody ended. */
    void sweepSilent() {
        List<Silent> silent =
                transactions.platform(tx -> tx.list(Silent.class, """
                UPDATE agent_link SET disconnect_time = last_seen_time
                WHERE disconnect_time IS NULL AND connect_time IS NOT NULL
                    AND last_seen_time < now() - make_interval(secs => ?)
                RETURNING tenant_id AS tenant, cluster_id AS cluster
                """, (double) SILENT_AFTER.toSeconds()));
        silent.forEach(agent -> transactions.in(agent.tenant(), tx -> {
            DueWork.scheduleNow(tx, AgentLinks.LOST, agent.cluster(), "silent");
            return true;
        }));
    }

    /** Audits agents that stayed away. */
    Loop auditLost() {
        return queue.claimLoop(AgentLinks.LOST, 1, Presence::auditIfStillAway);
    }

    static Optional<Instant> auditIfStillAway(TenantTx tx, UUID cluster) {
        Instant lostBefore = tx.now().minus(AgentLinks.LOST_AFTER);
        tx.first(
                        Away.class,
                        "SELECT disconnect_time FROM agent_link WHERE tenant_id = ? AND cluster_id = ?",
                        tx.tenant(),
                        cluster)
                .map(Away::disconnectTime)
                .filter(since -> !since.isAfter(lostBefore))
                .ifPresent(since -> AgentLinks.audit(
                        tx, new AgentIdentity(tx.tenant(), cluster), "agent.lost", "lastSeen", since.toString()));
        return Optional.empty();
    }

    record Silent(TenantId tenant, UUID cluster) {}

    record Away(@Nullable Instant disconnectTime) {}
}
