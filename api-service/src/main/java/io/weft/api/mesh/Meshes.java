package io.weft.api.mesh;

import com.fasterxml.jackson.databind.JsonNode;
import io.weft.api.http.Json;
import io.weft.api.http.PageRequest;
import io.weft.api.http.SelectorSql;
import io.weft.api.mesh.MeshView.MeshRow;
import io.weft.kit.id.UuidV7;
import io.weft.kit.tenancy.TenantTx;
import jakarta.inject.Singleton;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/** Rows of meshes. */
@Singleton
class Meshes {
    private static final String SELECT = """
            SELECT id, name, labels, generation, family, mode, version, spec, conditions, create_time, update_time,
                (SELECT count(*) FROM installation i WHERE i.tenant_id = m.tenant_id AND i.mesh_id = m.id) AS installations,
                (SELECT count(*) FROM installation i JOIN control_plane p
                        ON p.tenant_id = i.tenant_id AND p.installation_id = i.id AND p.is_default
                    WHERE i.tenant_id = m.tenant_id AND i.mesh_id = m.id AND p.version <> m.version) AS behind
            FROM mesh m
            """;

    List<MeshRow> page(TenantTx tx, PageRequest page, SelectorSql selector) {
        return tx.list(
                MeshRow.class,
                SELECT + "WHERE" + PageRequest.AFTER + selector.condition() + " ORDER BY create_time, id LIMIT ?",
                selector.between(page.afterTime(), page.afterTime(), page.afterId(), page.limit()));
    }

    Optional<MeshRow> find(TenantTx tx, UUID id) {
        return tx.first(MeshRow.class, SELECT + "WHERE id = ?", id);
    }

    Optional<MeshRow> lock(TenantTx tx, UUID id) {
        return tx.first(MeshRow.class, SELECT + "WHERE id = ? FOR UPDATE OF m", id);
    }

    Optional<UUID> named(TenantTx tx, String name) {
        return tx.first(UUID.class, "SELECT id FROM mesh WHERE name = ?", name);
    }

    UUID create(TenantTx tx, MeshWrite mesh) {
        UUID id = UuidV7.next();
        tx.update(
                """
                INSERT INTO mesh (tenant_id, id, name, labels, family, mode, version, spec)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?)
                """,
                tx.tenant(),
                id,
                mesh.name(),
                Json.labels(mesh.labels()),
                mesh.spec().family(),
                mesh.spec().mode(),
                mesh.spec().version(),
                Json.of(mesh.spec()));
        return id;
    }

    void update(TenantTx tx, UUID id, MeshWrite mesh) {
        JsonNode spec = Json.of(mesh.spec());
        tx.update("""
                UPDATE mesh SET name = ?, labels = ?, version = ?, spec = ?, generation = generation + 1,
                    update_time = now()
                WHERE id = ?
                """, mesh.name(), Json.labels(mesh.labels()), mesh.spec().version(), spec, id);
    }

    void delete(TenantTx tx, UUID id) {
        tx.update("DELETE FROM mesh WHERE id = ?", id);
    }
}
