package io.weft.api.mesh;

import com.fasterxml.jackson.databind.JsonNode;
import io.weft.api.http.PageRequest;
import io.weft.api.mesh.ReleaseView.ReleaseRow;
import io.weft.kit.id.UuidV7;
import io.weft.kit.tenancy.TenantTx;
import io.weft.kit.work.DueWork;
import jakarta.inject.Singleton;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/** Rows of uploaded releases. */
@Singleton
public class Releases {
    private static final String SELECT =
            "SELECT id, family, version, digest, document, lifecycle_rules, create_time FROM mesh_release ";

    /** What others need of a release. */
    public record Release(UUID id, JsonNode document) {}

    List<ReleaseRow> page(TenantTx tx, PageRequest page) {
        return tx.list(
                ReleaseRow.class,
                SELECT + "WHERE" + PageRequest.AFTER + "ORDER BY create_time, id LIMIT ?",
                page.afterTime(),
                page.afterTime(),
                page.afterId(),
                page.limit());
    }

    Optional<ReleaseRow> row(TenantTx tx, UUID id) {
        return tx.first(ReleaseRow.class, SELECT + "WHERE id = ?", id);
    }

    Optional<ReleaseRow> row(TenantTx tx, String family, String version) {
        return tx.first(ReleaseRow.class, SELECT + "WHERE family = ? AND version = ?", family, version);
    }

    /** The uploaded release of a version. */
    public Optional<Release> find(TenantTx tx, String family, String version) {
        return tx.first(
                Release.class,
                "SELECT id, document FROM mesh_release WHERE family = ? AND version = ?",
                family,
                version);
    }

    /** Stores the bundle and has its rules computed. */
    UUID create(TenantTx tx, String family, String version, String digest, JsonNode document, byte[] bundle) {
        UUID id = UuidV7.next();
        tx.update("""
                INSERT INTO mesh_release (tenant_id, id, family, version, digest, document, bundle)
                VALUES (?, ?, ?, ?, ?, ?, ?)
                """, tx.tenant(), id, family, version, digest, document, bundle);
        DueWork.scheduleNow(tx, "release", id, "uploaded");
        return id;
    }

    boolean wantedByMesh(TenantTx tx, String family, String version) {
        return tx.first(UUID.class, "SELECT id FROM mesh WHERE family = ? AND version = ?", family, version)
                .isPresent();
    }

    void delete(TenantTx tx, UUID id) {
        tx.update("DELETE FROM mesh_release WHERE id = ?", id);
        tx.update("DELETE FROM due_work WHERE kind = 'release' AND tenant_id = ? AND object_id = ?", tx.tenant(), id);
    }
}
