package io.weft.api.cluster;

import com.fasterxml.jackson.databind.JsonNode;
import io.weft.api.desired.Connected;
import io.weft.api.desired.DesiredState;
import io.weft.api.http.PageRequest;
import io.weft.api.http.SelectorSql;
import io.weft.kit.id.UuidV7;
import io.weft.kit.tenancy.TenantTx;
import jakarta.inject.Singleton;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/** Rows of clusters. */
@Singleton
public class Clusters {
    private static final String SELECT = """
            SELECT id, name, labels, generation, spec, create_time, update_time, s.kubernetes_version, s.agent_version,
                s.preflight, s.rejections, s.findings,
                l.certificate_not_after, l.requested_version, l.compiled_version, l.applied_version,
                l.cluster_uid IS NOT NULL AS joined,
            """ + Connected.COLUMN + """
            FROM cluster c JOIN cluster_status s ON s.tenant_id = c.tenant_id AND s.cluster_id = c.id
                JOIN agent_link l ON l.tenant_id = c.tenant_id AND l.cluster_id = c.id
            """;

    List<ClusterRow> page(TenantTx tx, PageRequest page, SelectorSql selector) {
        return tx.list(
                ClusterRow.class,
                SELECT + "WHERE in_reach(id, NULL) AND" + PageRequest.AFTER + selector.condition()
                        + " ORDER BY create_time, id LIMIT ?",
                selector.between(page.afterTime(), page.afterTime(), page.afterId(), page.limit()));
    }

    Optional<ClusterRow> find(TenantTx tx, UUID id) {
        return tx.first(ClusterRow.class, SELECT + "WHERE id = ? AND in_reach(id, NULL)", id);
    }

    /** The row, locked against other writers until the transaction ends. */
    Optional<ClusterRow> lock(TenantTx tx, UUID id) {
        return tx.first(ClusterRow.class, SELECT + "WHERE id = ? AND in_reach(id, NULL) FOR UPDATE OF c", id);
    }

    /** What the agent may do, with the cluster's row locked: two installations must not be planned at once. */
    public Optional<String> lockAccess(TenantTx tx, UUID id) {
        return tx.first(String.class, "SELECT spec ->> 'access' FROM cluster WHERE id = ? FOR UPDATE", id);
    }

    /** Whether there is one within the caller's reach. */
    public boolean exists(TenantTx tx, UUID id) {
        return tx.first(UUID.class, "SELECT id FROM cluster WHERE id = ? AND in_reach(id, NULL)", id)
                .isPresent();
    }

    /** As the agent last told it; empty before it ever connected. */
    public Optional<String> kubernetesVersion(TenantTx tx, UUID id) {
        return tx.first(
                String.class,
                "SELECT kubernetes_version FROM cluster_status WHERE cluster_id = ? AND kubernetes_version IS NOT NULL",
                id);
    }

    Optional<UUID> named(TenantTx tx, String name) {
        return tx.first(UUID.class, "SELECT id FROM cluster WHERE name = ?", name);
    }

    UUID create(TenantTx tx, String name, JsonNode labels, JsonNode spec) {
        UUID id = UuidV7.next();
        tx.update(
                "INSERT INTO cluster (tenant_id, id, name, labels, spec) VALUES (?, ?, ?, ?, ?)",
                tx.tenant(),
                id,
                name,
                labels,
                spec);
        tx.update("INSERT INTO cluster_status (tenant_id, cluster_id) VALUES (?, ?)", tx.tenant(), id);
        tx.update("INSERT INTO agent_link (tenant_id, cluster_id) VALUES (?, ?)", tx.tenant(), id);
        return id;
    }

    void update(TenantTx tx, UUID id, String name, JsonNode labels, JsonNode spec) {
        tx.update("""
                UPDATE cluster SET name = ?, labels = ?, spec = ?, generation = generation + 1, update_time = now()
                WHERE id = ?
                """, name, labels, spec, id);
    }

    void delete(TenantTx tx, UUID id) {
        revokeAgent(tx, id);
        tx.update("""
                DELETE FROM credential_index WHERE kind = 'joinToken' AND tenant_id = ?
                    AND object_id IN (SELECT t.id FROM enrolment_token t WHERE t.cluster_id = ?)
                """, tx.tenant(), id);
        DesiredState.forget(tx, id);
        tx.update("DELETE FROM cluster WHERE id = ?", id);
    }

    /** Raises the registration epoch and tells every gateway; gives the new epoch. */
    long revokeAgent(TenantTx tx, UUID id) {
        long epoch = tx.first(
                        Long.class,
                        "UPDATE agent_link SET registration_epoch = registration_epoch + 1 WHERE cluster_id = ?"
                                + " RETURNING registration_epoch",
                        id)
                .orElseThrow();
        tx.update(
                "INSERT INTO revocation_feed (tenant_id, cluster_id, registration_epoch) VALUES (?, ?, ?)",
                tx.tenant(),
                id,
                epoch);
        return epoch;
    }

    /** Pin of the agent CA's key; empty until a fleet-manager has made the CA. */
    Optional<String> caPin(TenantTx tx) {
        return tx.first(String.class, "SELECT spki_pin FROM agent_ca");
    }
}
