package io.weft.fleet.compile;

import io.weft.fleet.render.ChartRenderer;
import io.weft.kit.tenancy.TenantTx;
import io.weft.model.release.ReleaseBundle;
import jakarta.inject.Singleton;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/** Uploaded mesh releases. */
@Singleton
class Releases {
    private final ChartRenderer renderer;

    Releases(ChartRenderer renderer) {
        this.renderer = renderer;
    }

    /** The bundle, checked anew. Throws IllegalStateException when the release is gone or no longer readable. */
    ReleaseBundle bundle(TenantTx tx, UUID releaseId) {
        byte[] bytes = tx.first(byte[].class, "SELECT bundle FROM mesh_release WHERE id = ?", releaseId)
                .orElseThrow(() -> new IllegalStateException("release " + releaseId + " is gone"));
        return switch (ReleaseBundle.read(bytes, renderer::jsonObject)) {
            case ReleaseBundle.Read.Valid valid -> valid.bundle();
            case ReleaseBundle.Read.Refused refused ->
                throw new IllegalStateException("release " + releaseId + ": " + refused.reason());
        };
    }

    boolean needsRules(TenantTx tx, UUID releaseId) {
        return tx.first(
                        Boolean.class,
                        "SELECT lifecycle_rules = '[]' FROM mesh_release WHERE id = ? AND family = 'istio'",
                        releaseId)
                .orElse(false);
    }

    void rules(TenantTx tx, UUID releaseId, List<Map<String, Object>> rules) {
        tx.update("UPDATE mesh_release SET lifecycle_rules = ? WHERE id = ?", Json.node(rules), releaseId);
    }
}
