package io.weft.fleet.compile;

import io.weft.fleet.compile.PolicyCompile.PlannedProbe;
import io.weft.kit.id.UuidV7;
import io.weft.kit.tenancy.TenantTx;
import io.weft.model.manifest.CanonicalJson;
import io.weft.model.manifest.Layer;
import io.weft.model.manifest.Manifest;
import io.weft.model.manifest.PhasePlan;
import jakarta.inject.Singleton;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/** Probes of policies: their rows, and layer {@code probes}. */
@Singleton
class Probes {
    record ProbeRow(UUID id, long runRequest, long policyGeneration) {}

    /**
     * Writes the rows of a cluster's probes and drops those of policies that have none any more. The namespace that refused
     * sides call from, and its accounts, come with the agent's chart: they are no part of a desired state.
     */
    Layer layer(TenantTx tx, UUID clusterId, List<PlannedProbe> planned) {
        List<Manifest> documents = new ArrayList<>();
        List<UUID> kept = new ArrayList<>();
        for (PlannedProbe probe : planned) {
            Manifest document = write(tx, probe);
            documents.add(document);
            kept.add(UUID.fromString(document.key().name()));
        }
        tx.update("""
                DELETE FROM probe p USING installation i
                WHERE (i.tenant_id, i.id) = (p.tenant_id, p.installation_id) AND i.cluster_id = ?
                    AND p.id <> ALL (?::uuid[])
                """, clusterId, kept);
        if (documents.isEmpty()) {
            return Layer.of("probes", List.of());
        }
        documents.sort(Comparator.comparing(Manifest::key));
        return Layer.of("probes", List.of(PhasePlan.of("probes", documents)));
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
