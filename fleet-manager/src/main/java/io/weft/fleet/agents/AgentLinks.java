package io.weft.fleet.agents;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.weft.fleet.signer.AgentIdentity;
import io.weft.kit.audit.Audit;
import io.weft.kit.audit.AuditEntry;
import io.weft.kit.tenancy.TenantTransactions;
import io.weft.kit.tenancy.TenantTx;
import io.weft.kit.work.CompileRequest;
import io.weft.kit.work.DueWork;
import io.weft.protocol.v1.Hello;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** When an agent came and went. */
@Singleton
final class AgentLinks {
    static final String OBSERVED = "observed";
    /** Work kind: has this agent been away for {@link #LOST_AFTER}? */
    static final String LOST = "lost";

    static final Duration LOST_AFTER = Duration.ofSeconds(60);

    private static final int MAX_TEXT = 128;

    private final TenantTransactions transactions;

    AgentLinks(TenantTransactions transactions) {
        this.transactions = transactions;
    }

    /** Writes down a new connection; empty: the registration has ended, or another cluster says it is this one. */
    Optional<Connected> connected(Caller caller, Hello hello) {
        return transactions.in(caller.agent().tenant(), tx -> {
            UUID cluster = caller.agent().cluster();
            Optional<Before> before = tx.first(Before.class, """
                    SELECT cluster_uid, connect_time, disconnect_time, compiled_version FROM agent_link
                    WHERE tenant_id = ? AND cluster_id = ? AND registration_epoch = ? FOR UPDATE
                    """, tx.tenant(), cluster, caller.registrationEpoch());
            return before.filter(link -> hello.getClusterUid().equals(link.clusterUid()))
                    .map(link -> connect(tx, caller.agent(), hello, link));
        });
    }

    private static Connected connect(TenantTx tx, AgentIdentity agent, Hello hello, Before before) {
        Instant now = tx.now();
        tx.update("""
                UPDATE agent_link SET connect_time = ?, last_seen_time = ?, disconnect_time = NULL
                WHERE tenant_id = ? AND cluster_id = ?
                """, now, now, tx.tenant(), agent.cluster());
        storeStatus(tx, agent.cluster(), hello);
        if (before.connectTime() == null) {
            audit(tx, agent, "agent.connect", "agentVersion", text(hello.getAgentVersion()));
        } else if (before.disconnectTime() != null
                && before.disconnectTime().plus(LOST_AFTER).isBefore(now)) {
            audit(tx, agent, "agent.back", "awaySince", before.disconnectTime().toString());
        }
        tx.notify(OBSERVED, tx.tenant().toString());
        return new Connected(now, before.compiledVersion());
    }

    private static void storeStatus(TenantTx tx, UUID cluster, Hello hello) {
        Optional<String> kubernetesBefore = tx.first(
                        KubernetesVersion.class,
                        "SELECT kubernetes_version FROM cluster_status WHERE cluster_id = ? FOR UPDATE",
                        cluster)
                .flatMap(status -> Optional.ofNullable(status.kubernetesVersion()));
        String kubernetes = text(hello.getKubernetesVersion());
        tx.update("""
                UPDATE cluster_status SET kubernetes_version = ?, agent_version = ?,
                    status_version = status_version + 1 WHERE cluster_id = ?
                """, kubernetes, text(hello.getAgentVersion()), cluster);
        if (!kubernetesBefore.equals(Optional.of(kubernetes))) {
            CompileRequest.raise(tx, cluster, "kubernetesVersion");
        }
    }

    /** Writes down the end of the connection that began then; of a newer one nothing is touched. */
    void disconnected(AgentIdentity agent, Instant connectTime) {
        transactions.in(agent.tenant(), tx -> {
            int rows = tx.update("""
                    UPDATE agent_link SET disconnect_time = now(), last_seen_time = now()
                    WHERE tenant_id = ? AND cluster_id = ? AND connect_time = ? AND disconnect_time IS NULL
                    """, tx.tenant(), agent.cluster(), connectTime);
            if (rows > 0) {
                DueWork.schedule(tx, LOST, agent.cluster(), tx.now().plus(LOST_AFTER), "disconnected");
                tx.notify(OBSERVED, tx.tenant().toString());
            }
            return rows;
        });
    }

    static void audit(TenantTx tx, AgentIdentity agent, String action, String key, String value) {
        audit(tx, agent, action, JsonNodeFactory.instance.objectNode().put(key, value));
    }

    static void audit(TenantTx tx, AgentIdentity agent, String action, ObjectNode detail) {
        Audit.record(
                tx,
                AuditEntry.of(AuditEntry.ActorKind.AGENT, agent.publicId(), action, "cluster", agent.publicId())
                        .withDetail(detail));
    }

    static String text(String text) {
        return Reported.text(text, MAX_TEXT);
    }

    record Connected(Instant connectTime, long compiledVersion) {}

    record Before(
            @Nullable String clusterUid,
            @Nullable Instant connectTime,
            @Nullable Instant disconnectTime,
            long compiledVersion) {}

    record KubernetesVersion(@Nullable String kubernetesVersion) {}
}
