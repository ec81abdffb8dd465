package io.weft.fleet.compile;

import com.fasterxml.jackson.databind.JsonNode;
import io.weft.fleet.render.IstioRelease;
import io.weft.kit.tenancy.TenantTx;
import jakarta.inject.Singleton;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

/** Control planes that belong, or belonged, into a cluster's desired state, and what was rendered for them. */
@Singleton
class ControlPlanes {
    /** Stands before the key of inputs that do not render, so that they are not tried again. */
    private static final String FAILED = "failed:";

    /**
     * One row with what its render depends on.
     *
     * @param layerDigest the last layer that rendered, perhaps of older inputs
     */
    record ControlPlane(
            UUID installationId,
            String family,
            String mode,
            String revision,
            String version,
            UUID releaseId,
            String releaseDigest,
            boolean isDefault,
            String state,
            Optional<String> stateReason,
            Optional<String> renderKey,
            Optional<String> layerDigest,
            Optional<String> crdsDigest,
            JsonNode installationSpec,
            JsonNode meshSpec) {

        IstioRelease release(String kubernetesVersion) {
            Map<String, Object> spec = Json.tree(installationSpec);
            return new IstioRelease(
                    revision,
                    isDefault,
                    trustDomain(),
                    Json.tree(installationSpec.path("values")),
                    Optional.ofNullable(spec.get("imageRegistry"))
                            .map(Object::toString)
                            .filter(hub -> !hub.isBlank()),
                    kubernetesVersion);
        }

        String trustDomain() {
            String domain = meshSpec.path("trustDomain").asText("");
            return domain.isBlank() ? "cluster.local" : domain;
        }

        /** Of the release as it is wanted, and as it is when it becomes the default revision or is no longer. */
        List<String> keys(IstioRelease release) {
            return release.forms().stream().map(form -> form.key(releaseDigest)).toList();
        }

        boolean rendered(String key) {
            return renderKey.filter(key::equals).isPresent() && layerDigest.isPresent();
        }

        boolean failed(String key) {
            return renderKey.filter((FAILED + key)::equals).isPresent();
        }
    }

    /** Wanted ones of a cluster, the default revision of each installation first, then the older versions' names. */
    List<ControlPlane> wanted(TenantTx tx, UUID clusterId) {
        return tx.list(ControlPlane.class, """
                SELECT c.installation_id, m.family, m.mode, c.revision, c.version, c.release_id,
                    r.digest AS release_digest, c.is_default, c.state, c.state_reason, c.render_key, c.layer_digest,
                    c.crds_digest, i.spec AS installation_spec, m.spec AS mesh_spec
                FROM control_plane c
                JOIN installation i ON (i.tenant_id, i.id) = (c.tenant_id, c.installation_id)
                JOIN mesh m ON (m.tenant_id, m.id) = (i.tenant_id, i.mesh_id)
                JOIN mesh_release r ON (r.tenant_id, r.id) = (c.tenant_id, c.release_id)
                WHERE i.cluster_id = ? AND c.wanted
                ORDER BY i.name, c.is_default DESC, c.revision
                """, clusterId);
    }

    void rendered(TenantTx tx, ControlPlane plane, String key, RenderResults.Layers layers) {
        tx.update("""
                UPDATE control_plane SET render_key = ?, layer_digest = ?, crds_digest = ?, state_reason = NULL,
                    state = CASE state WHEN 'failed' THEN 'installing' ELSE state END
                WHERE installation_id = ? AND revision = ?
                """, key, layers.layerDigest(), layers.crdsDigest(), plane.installationId(), plane.revision());
    }

    void failed(TenantTx tx, ControlPlane plane, String key, String reason) {
        tx.update("""
                UPDATE control_plane SET render_key = ?, state_reason = ?,
                    state = CASE state WHEN 'installing' THEN 'failed' ELSE state END
                WHERE installation_id = ? AND revision = ?
                """, FAILED + key, reason, plane.installationId(), plane.revision());
    }

    /** One that is no longer wanted drains until the cluster acknowledged a version without it. */
    void drain(TenantTx tx, UUID clusterId) {
        tx.update("""
                UPDATE control_plane c SET state = 'draining', state_reason = NULL
                FROM installation i
                WHERE (i.tenant_id, i.id) = (c.tenant_id, c.installation_id) AND i.cluster_id = ?
                    AND NOT c.wanted AND c.state NOT IN ('draining', 'removed')
                """, clusterId);
    }
}
