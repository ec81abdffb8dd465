package io.weft.fleet.agents;

import io.weft.fleet.Fleet;
import io.weft.fleet.signer.AgentIdentity;
import io.weft.model.manifest.CanonicalJson;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/** A mesh in one cluster, with a control plane and perhaps a policy: rows that api-service and a compile would write. */
record Installed(AgentIdentity cluster, UUID installation) {
    static Installed mesh(AgentIdentity cluster) {
        UUID tenant = cluster.tenant().value();
        UUID release = UUID.randomUUID();
        UUID mesh = UUID.randomUUID();
        UUID installation = UUID.randomUUID();
        Fleet.update("""
                INSERT INTO mesh_release (tenant_id, id, family, version, digest, document, bundle)
                VALUES (?, ?, 'istio', '1.26.0', 'sha256:x', '{}', ''::bytea)
                """, tenant, release);
        Fleet.update("""
                INSERT INTO mesh (tenant_id, id, name, family, mode, version, spec)
                VALUES (?, ?, 'm', 'istio', 'sidecar', '1.26.0', '{}')
                """, tenant, mesh);
        Fleet.update(
                "INSERT INTO installation (tenant_id, id, name, mesh_id, cluster_id, spec) VALUES (?, ?, 'i', ?, ?, '{}')",
                tenant,
                installation,
                mesh,
                cluster.cluster());
        Fleet.update("""
                INSERT INTO control_plane (tenant_id, installation_id, revision, version, release_id, is_default, state)
                VALUES (?, ?, '1-26-0', '1.26.0', ?, true, 'installing')
                """, tenant, installation, release);
        return new Installed(cluster, installation);
    }

    /** A policy that is compiled to one object, at generation 1. */
    UUID policy(Map<String, Object> object) {
        UUID policy = UUID.randomUUID();
        Fleet.update(
                "INSERT INTO policy (tenant_id, id, name, kind, spec) VALUES (?, ?, ?, 'mutualTls', '{}')",
                tenant(),
                policy,
                "p-" + policy);
        Fleet.update("""
                INSERT INTO policy_target (tenant_id, policy_id, installation_id, class, delivered_generation,
                    compiled_generation, objects)
                VALUES (?, ?, ?, 'istio', 1, 1, ?::jsonb)
                """, tenant(), policy, installation, CanonicalJson.write(List.of(object)));
        return policy;
    }

    UUID probe(UUID policy) {
        UUID probe = UUID.randomUUID();
        Fleet.update("""
                INSERT INTO probe (tenant_id, id, policy_id, installation_id, policy_generation, document, digest)
                VALUES (?, ?, ?, ?, 1, '{}', 'sha256:probe')
                """, tenant(), probe, policy, installation);
        return probe;
    }

    String controlPlane() {
        return Fleet.text(
                "SELECT state || coalesce(': ' || state_reason, '') FROM control_plane WHERE installation_id = ?",
                installation);
    }

    String target(UUID policy) {
        return Fleet.text(
                "SELECT state || '/' || applied_generation || '/' || reason FROM policy_target WHERE policy_id = ?",
                policy);
    }

    private UUID tenant() {
        return cluster.tenant().value();
    }
}
