package io.weft.fleet.compile;

import com.fasterxml.jackson.databind.JsonNode;
import io.weft.fleet.compile.ClusterInputs.DuePolicy;
import io.weft.fleet.compile.PolicyCompile.PlannedProbe;
import io.weft.kit.id.UuidV7;
import io.weft.kit.tenancy.TenantTx;
import io.weft.model.compile.ProbePlan;
import io.weft.model.manifest.CanonicalJson;
import io.weft.model.manifest.Layer;
import io.weft.model.manifest.Manifest;
import io.weft.model.manifest.PhasePlan;
import jakarta.inject.Singleton;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import java.util.stream.Collectors;

/** Probes of policies: their rows, and layer {@code probes}. */
@Singleton
class Probes {
    record ProbeRow(UUID id, long runRequest, long policyGeneration) {}

    record StoredProbe(
            UUID id, UUID policyId, UUID installationId, long policyGeneration, long runRequest, JsonNode document) {}

    private record Subject(UUID policyId, UUID installationId, long generation) {}

    /**
     * Writes the rows of a cluster's probes and drops those of policies that have none any more. One that cannot be planned
     * now, because a Service is out of sight, stays as it was while its policy's text is the same: with the policy in force
     * the opposite answer could never be seen again. The namespace that refused sides call from, and its accounts, come with
     * the agent's chart: they are no part of a desired state.
     *
     * @param inForce policies whose objects the version holds
     */
    Layer layer(TenantTx tx, UUID clusterId, List<PlannedProbe> planned, Collection<DuePolicy> inForce) {
        List<Manifest> documents = new ArrayList<>();
        for (PlannedProbe probe : planned) {
            documents.add(write(tx, probe));
        }
        Set<UUID> written = ids(documents);
        Set<Subject> same = inForce.stream()
                .map(policy -> new Subject(policy.policyId(), policy.installationId(), policy.deliveredGeneration()))
                .collect(Collectors.toSet());
        stored(tx, clusterId).stream()
                .filter(probe -> !written.contains(probe.id()))
                .filter(probe ->
                        same.contains(new Subject(probe.policyId(), probe.installationId(), probe.policyGeneration())))
                .forEach(probe -> documents.add(keep(tx, probe)));
        tx.update("""
                DELETE FROM probe p USING installation i
                WHERE (i.tenant_id, i.id) = (p.tenant_id, p.installation_id) AND i.cluster_id = ?
                    AND p.id <> ALL (?::uuid[])
                """, clusterId, ids(documents));
        if (documents.isEmpty()) {
            return Layer.of("probes", List.of());
        }
        documents.sort(Comparator.comparing(Manifest::key));
        return Layer.of("probes", List.of(PhasePlan.of("probes", documents)));
    }

    private static Set<UUID> ids(List<Manifest> documents) {
        return documents.stream()
                .map(document -> UUID.fromString(document.key().name()))
                .collect(Collectors.toSet());
    }

    private static List<StoredProbe> stored(TenantTx tx, UUID clusterId) {
        return tx.list(StoredProbe.class, """
                SELECT p.id, p.policy_id, p.installation_id, p.policy_generation, p.run_request, p.document
                FROM probe p JOIN installation i ON (i.tenant_id, i.id) = (p.tenant_id, p.installation_id)
                WHERE i.cluster_id = ? ORDER BY p.id
                """, clusterId);
    }

    /** The former document; a run that was asked for meanwhile is part of it. */
    private static Manifest keep(TenantTx tx, StoredProbe probe) {
        Map<String, Object> body = new TreeMap<>(Json.tree(probe.document()));
        body.put("runRequest", probe.runRequest());
        tx.update(
                "UPDATE probe SET document = ?, digest = ? WHERE id = ?",
                Json.node(body),
                CanonicalJson.digest(body),
                probe.id());
        return Manifest.document(ProbePlan.DOCUMENT_KIND, probe.id().toString(), body);
    }

    private static Manifest write(TenantTx tx, PlannedProbe probe) {
        Optional<ProbeRow> row = tx.first(
                ProbeRow.class,
                "SELECT id, run_request, policy_generation FROM probe WHERE policy_id = ? AND installation_id = ?",
                probe.policyId(),
                probe.installationId());
        UUID id = row.map(ProbeRow::id).orElseGet(UuidV7::next);
        Manifest document = probe.plan()
                .document(id.toString(), row.map(ProbeRow::runRequest).orElse(1L));
        // Another text of the policy asks for the opposite answer once more (D18).
        tx.update(
                """
                INSERT INTO probe (tenant_id, id, policy_id, installation_id, policy_generation, document, digest)
                VALUES (?, ?, ?, ?, ?, ?, ?)
                ON CONFLICT (tenant_id, policy_id, installation_id) DO UPDATE
                SET document = excluded.document, digest = excluded.digest,
                    opposite_seen = probe.opposite_seen AND probe.policy_generation = excluded.policy_generation,
                    policy_generation = excluded.policy_generation
                """,
                tx.tenant(),
                id,
                probe.policyId(),
                probe.installationId(),
                probe.plan().policyGeneration(),
                Json.node(document.body()),
                CanonicalJson.digest(document.body()));
        return document;
    }
}
