package io.weft.fleet.compile;

import com.fasterxml.jackson.databind.JsonNode;
import io.weft.fleet.compile.ClusterInputs.DuePolicy;
import io.weft.fleet.compile.ClusterInputs.Placement;
import io.weft.kit.tenancy.TenantTx;
import io.weft.model.facts.ClusterFacts;
import io.weft.model.facts.InventoryEntry;
import jakarta.inject.Singleton;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/** Reads a compile's inputs. The cluster's row in agent_link is locked meanwhile, so no writer commits in between. */
@Singleton
class InputsReader {
    private final ControlPlanes planes;

    InputsReader(ControlPlanes planes) {
        this.planes = planes;
    }

    record StatusRow(Optional<String> kubernetesVersion) {}

    record InventoryRow(String kind, String namespace, String name, JsonNode body) {}

    ClusterInputs read(TenantTx tx, UUID clusterId) {
        return new ClusterInputs(
                kubernetesVersion(tx, clusterId),
                planes.wanted(tx, clusterId),
                placements(tx, clusterId),
                policies(tx, clusterId),
                facts(tx, clusterId));
    }

    private static Optional<String> kubernetesVersion(TenantTx tx, UUID clusterId) {
        return tx.first(
                        StatusRow.class,
                        "SELECT kubernetes_version FROM cluster_status WHERE cluster_id = ?",
                        clusterId)
                .flatMap(StatusRow::kubernetesVersion)
                .filter(version -> !version.isBlank());
    }

    private static List<Placement> placements(TenantTx tx, UUID clusterId) {
        return tx.list(Placement.class, """
                SELECT installation_id, namespace, revision, max_parallel_workloads, paused, deadline
                FROM placement WHERE cluster_id = ? ORDER BY namespace
                """, clusterId);
    }

    private static List<DuePolicy> policies(TenantTx tx, UUID clusterId) {
        return tx.list(DuePolicy.class, """
                SELECT t.policy_id, t.installation_id, t.class AS capability_class, t.delivered_generation,
                    t.compiled_generation, t.state, t.objects, p.name, p.kind, p.delete_time IS NOT NULL AS deleted,
                    r.spec
                FROM policy_target t
                JOIN installation i ON (i.tenant_id, i.id) = (t.tenant_id, t.installation_id)
                JOIN policy p ON (p.tenant_id, p.id) = (t.tenant_id, t.policy_id)
                LEFT JOIN policy_revision r ON (r.tenant_id, r.policy_id, r.generation)
                    = (t.tenant_id, t.policy_id, t.delivered_generation)
                WHERE i.cluster_id = ? AND (t.delivered_generation > 0 OR p.delete_time IS NOT NULL)
                ORDER BY t.installation_id, t.policy_id
                """, clusterId);
    }

    private static ClusterFacts facts(TenantTx tx, UUID clusterId) {
        return ClusterFacts.of(tx.list(InventoryRow.class, """
                        SELECT kind, namespace, name, body FROM inventory_object
                        WHERE cluster_id = ? AND kind IN ('Namespace', 'Service', 'Workload')
                        """, clusterId).stream()
                .map(row -> new InventoryEntry(row.kind(), row.namespace(), row.name(), Json.tree(row.body())))
                .toList());
    }
}
