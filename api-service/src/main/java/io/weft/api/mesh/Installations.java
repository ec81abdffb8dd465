package io.weft.api.mesh;

import com.fasterxml.jackson.databind.JsonNode;
import io.weft.api.http.Json;
import io.weft.api.http.PageRequest;
import io.weft.api.http.SelectorSql;
import io.weft.api.mesh.Components.ControlPlaneRow;
import io.weft.api.mesh.InstallationView.InstallationRow;
import io.weft.kit.id.UuidV7;
import io.weft.kit.tenancy.TenantTx;
import jakarta.inject.Singleton;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Rows of installations and of their control planes. */
@Singleton
class Installations {
    private static final String SELECT = """
            SELECT id, name, labels, mesh_id, i.cluster_id, generation, spec, create_time, update_time, s.mesh_status,
                ARRAY(SELECT p.namespace FROM placement p
                    WHERE p.tenant_id = i.tenant_id AND p.cluster_id = i.cluster_id AND p.installation_id = i.id
                    ORDER BY p.namespace) AS namespaces,
                l.applied_version < l.requested_version AS behind
            FROM installation i
                JOIN cluster_status s ON s.tenant_id = i.tenant_id AND s.cluster_id = i.cluster_id
                JOIN agent_link l ON l.tenant_id = i.tenant_id AND l.cluster_id = i.cluster_id
            """;

    List<InstallationRow> page(
            TenantTx tx, PageRequest page, @Nullable UUID mesh, @Nullable UUID cluster, SelectorSql selector) {
        return tx.list(
                InstallationRow.class,
                SELECT + "WHERE in_reach(i.cluster_id, NULL) AND" + PageRequest.AFTER
                        + "AND (?::uuid IS NULL OR mesh_id = ?::uuid) AND (?::uuid IS NULL OR i.cluster_id = ?::uuid)"
                        + selector.condition() + " ORDER BY create_time, id LIMIT ?",
                selector.between(
                        page.afterTime(),
                        page.afterTime(),
                        page.afterId(),
                        mesh,
                        mesh,
                        cluster,
                        cluster,
                        page.limit()));
    }

    Optional<InstallationRow> find(TenantTx tx, UUID id) {
        return tx.first(InstallationRow.class, SELECT + "WHERE id = ? AND in_reach(i.cluster_id, NULL)", id);
    }

    Optional<InstallationRow> lock(TenantTx tx, UUID id) {
        return tx.first(
                InstallationRow.class, SELECT + "WHERE id = ? AND in_reach(i.cluster_id, NULL) FOR UPDATE OF i", id);
    }

    Optional<InstallationView> view(TenantTx tx, UUID id) {
        return find(tx, id).map(row -> InstallationView.from(row, controlPlanes(tx, List.of(id))));
    }

    /** Of several installations in one query, the default one of each first. */
    List<ControlPlaneRow> controlPlanes(TenantTx tx, List<UUID> installations) {
        return tx.list(ControlPlaneRow.class, """
                SELECT installation_id, revision, version, state, state_reason, wanted, is_default FROM control_plane
                WHERE installation_id = ANY (?::uuid[]) ORDER BY installation_id, is_default DESC, revision
                """, installations);
    }

    Optional<UUID> named(TenantTx tx, String name) {
        return tx.first(UUID.class, "SELECT id FROM installation WHERE name = ?", name);
    }

    /** An installation of the same family there, whose cluster-wide objects would collide. */
    Optional<UUID> ofFamily(TenantTx tx, UUID cluster, String family) {
        return tx.first(UUID.class, """
                SELECT i.id FROM installation i JOIN mesh m ON m.tenant_id = i.tenant_id AND m.id = i.mesh_id
                WHERE i.cluster_id = ? AND m.family = ?
                """, cluster, family);
    }

    UUID create(TenantTx tx, InstallationWrite installation, UUID mesh, UUID cluster) {
        UUID id = UuidV7.next();
        tx.update(
                """
                INSERT INTO installation (tenant_id, id, name, labels, mesh_id, cluster_id, spec)
                VALUES (?, ?, ?, ?, ?, ?, ?)
                """,
                tx.tenant(),
                id,
                installation.name(),
                Json.labels(installation.labels()),
                mesh,
                cluster,
                Json.of(installation.spec()));
        return id;
    }

    void addDefaultControlPlane(TenantTx tx, UUID installation, String revision, String version, UUID release) {
        tx.update("""
                INSERT INTO control_plane (tenant_id, installation_id, revision, version, release_id, is_default, state)
                VALUES (?, ?, ?, ?, ?, true, 'installing')
                """, tx.tenant(), installation, revision, version, release);
    }

    void update(TenantTx tx, UUID id, InstallationWrite installation) {
        JsonNode spec = Json.of(installation.spec());
        tx.update("""
                UPDATE installation SET name = ?, labels = ?, spec = ?, generation = generation + 1, update_time = now()
                WHERE id = ?
                """, installation.name(), Json.labels(installation.labels()), spec, id);
    }

    /** The control planes are to be pruned; their rows go when that is done. */
    void unwant(TenantTx tx, UUID id) {
        tx.update("UPDATE control_plane SET wanted = false WHERE installation_id = ?", id);
        tx.update("DELETE FROM placement WHERE installation_id = ?", id);
    }

    void delete(TenantTx tx, UUID id) {
        tx.update("DELETE FROM installation WHERE id = ?", id);
    }

    /** While a rollout is active its orchestrator alone writes control planes and placements. */
    boolean rolloutActive(TenantTx tx, UUID cluster) {
        return tx.first(
                        UUID.class,
                        "SELECT id FROM rollout WHERE cluster_id = ? AND phase NOT IN ('rolledBack', 'completed', 'aborted')",
                        cluster)
                .isPresent();
    }
}
