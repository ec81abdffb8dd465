package io.weft.fleet.agents;

import io.weft.fleet.compile.DeletedPolicies;
import io.weft.kit.tenancy.TenantTransactions;
import io.weft.kit.tenancy.TenantTx;
import io.weft.protocol.v1.Applied;
import io.weft.protocol.v1.LayerAck;
import jakarta.inject.Singleton;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Collectors;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/** Writes what an agent applied. Only digests of a committed version count, and each acknowledgement counts once. */
@Singleton
final class Acknowledgements {
    private static final Logger LOG = Logger.getLogger(Acknowledgements.class);

    private final TenantTransactions transactions;

    Acknowledgements(TenantTransactions transactions) {
        this.transactions = transactions;
    }

    void applied(Caller caller, Applied applied) {
        transactions.in(caller.agent().tenant(), tx -> {
            lock(tx, caller, applied.getRegistrationEpoch(), applied.getVersion())
                    .ifPresent(compiled -> store(tx, caller.agent().cluster(), applied, compiled));
            return true;
        });
    }

    /** The compiled version, if the message is of the epoch in force and about a version that exists. */
    static Optional<Long> lock(TenantTx tx, Caller caller, long messageEpoch, long version) {
        if (messageEpoch != caller.registrationEpoch()) {
            return Optional.empty();
        }
        return tx.first(Long.class, """
                SELECT compiled_version FROM agent_link
                WHERE tenant_id = ? AND cluster_id = ? AND registration_epoch = ? AND compiled_version >= ?
                FOR UPDATE
                """, tx.tenant(), caller.agent().cluster(), caller.registrationEpoch(), version);
    }

    private static void store(TenantTx tx, UUID cluster, Applied applied, long compiled) {
        Map<String, String> committed = layers(tx, cluster, applied.getVersion());
        if (committed.isEmpty() && applied.getVersion() != compiled) {
            return; // an old version whose layers are forgotten
        }
        List<LayerAck> known = applied.getLayersList().stream()
                .filter(ack -> ack.getDigest().equals(committed.get(ack.getName())))
                .toList();
        if (known.size() < applied.getLayersCount()) {
            LOG.warnf(
                    "agents.unknownLayers cluster=%s version=%d count=%d: not counted as applied",
                    cluster, applied.getVersion(), applied.getLayersCount() - known.size());
        }
        acknowledge(tx, cluster, applied.getVersion(), known);
        if (applied.getComplete() && isComplete(tx, cluster, applied.getVersion())) {
            complete(tx, cluster, applied.getVersion());
        }
        Settling.after(tx, cluster);
        DeletedPolicies.sweep(tx, cluster);
        tx.notify(AgentLinks.OBSERVED, tx.tenant().toString());
    }

    private static Map<String, String> layers(TenantTx tx, UUID cluster, long version) {
        return tx
                .list(
                        NamedDigest.class,
                        "SELECT name, layer_digest AS digest FROM cluster_layer WHERE cluster_id = ? AND version = ?",
                        cluster,
                        version)
                .stream()
                .collect(Collectors.toMap(NamedDigest::name, NamedDigest::digest));
    }

    private static void acknowledge(TenantTx tx, UUID cluster, long version, List<LayerAck> acks) {
        tx.updateEach(
                """
                INSERT INTO layer_ack (tenant_id, cluster_id, name, digest, version, time) VALUES (?, ?, ?, ?, ?, now())
                ON CONFLICT (tenant_id, cluster_id, name) DO UPDATE
                SET digest = excluded.digest, version = excluded.version,
                    time = CASE WHEN layer_ack.digest = excluded.digest THEN layer_ack.time ELSE excluded.time END
                WHERE layer_ack.version <= excluded.version
                """,
                acks.stream()
                        .map(ack ->
                                new @Nullable Object[] {tx.tenant(), cluster, ack.getName(), ack.getDigest(), version})
                        .toList());
        // The message names all that the agent has: a layer that comes back must be acknowledged anew.
        tx.update(
                "DELETE FROM layer_ack WHERE cluster_id = ? AND version <= ? AND name <> ALL (?::text[])",
                cluster,
                version,
                acks.stream().map(LayerAck::getName).toList());
    }

    private static boolean isComplete(TenantTx tx, UUID cluster, long version) {
        return tx.first(String.class, """
                        SELECT c.name FROM cluster_layer c
                        WHERE c.cluster_id = ? AND c.version = ? AND NOT EXISTS (
                            SELECT 1 FROM layer_ack a
                            WHERE a.cluster_id = c.cluster_id AND a.name = c.name AND a.digest = c.layer_digest)
                        """, cluster, version).isEmpty();
    }

    private static void complete(TenantTx tx, UUID cluster, long version) {
        tx.update("""
                UPDATE agent_link SET applied_version = ?
                WHERE tenant_id = ? AND cluster_id = ? AND applied_version < ? AND compiled_version >= ?
                """, version, tx.tenant(), cluster, version, version);
        tx.update("DELETE FROM tombstone WHERE cluster_id = ? AND since_version <= ?", cluster, version);
        tx.update("""
                UPDATE cluster_status s SET rejections = '[]', status_version = status_version + 1 FROM agent_link l
                WHERE s.cluster_id = ? AND l.tenant_id = s.tenant_id AND l.cluster_id = s.cluster_id
                    AND l.compiled_version = ? AND s.rejections <> '[]'
                """, cluster, version);
    }

    record NamedDigest(String name, String digest) {}
}
