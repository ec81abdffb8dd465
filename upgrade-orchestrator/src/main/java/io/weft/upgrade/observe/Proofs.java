package io.weft.upgrade.observe;

import com.fasterxml.jackson.databind.JsonNode;
import io.weft.kit.tenancy.TenantTx;
import io.weft.upgrade.decision.Observations.Probe;
import io.weft.upgrade.decision.Observations.ProbeRun;
import io.weft.upgrade.decision.Observations.ProbeVerdict;
import io.weft.upgrade.decision.Observations.Proof;
import io.weft.upgrade.decision.Observations.ProofState;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import java.util.UUID;

/** What is known of the installation's policies being in force. */
final class Proofs {
    private static final int RUNS_PER_PROBE = 20;

    private Proofs() {}

    record TargetRow(
            UUID policyId,
            String name,
            JsonNode spec,
            String capabilityClass,
            long deliveredGeneration,
            ProofState state,
            String message,
            Optional<UUID> probeId) {}

    static List<Proof> read(TenantTx tx, Subject subject) {
        Map<UUID, List<ProbeRun>> runs = runs(tx, subject);
        return tx.list(TargetRow.class, """
                SELECT t.policy_id, p.name, p.spec, t.class AS capability_class, t.delivered_generation, t.state, t.message,
                    b.id AS probe_id
                FROM policy_target t
                JOIN policy p ON p.id = t.policy_id
                LEFT JOIN probe b ON b.policy_id = t.policy_id AND b.installation_id = t.installation_id
                    AND b.policy_generation = t.delivered_generation
                WHERE t.installation_id = ? AND p.delete_time IS NULL
                ORDER BY t.policy_id, t.class
                """, subject.installation()).stream()
                .map(row -> proof(row, runs))
                .toList();
    }

    private static Proof proof(TargetRow row, Map<UUID, List<ProbeRun>> runs) {
        TreeSet<String> namespaces = new TreeSet<>();
        namespaces.add(row.spec().path("target").path("namespace").asText());
        String caller =
                row.spec().path("proof").path("allow").path("serviceAccount").asText();
        namespaces.add(caller.substring(0, Math.max(0, caller.indexOf('/'))));
        namespaces.remove("");
        return new Proof(
                row.policyId(),
                row.name(),
                row.capabilityClass(),
                row.deliveredGeneration(),
                row.state(),
                row.message(),
                namespaces,
                row.probeId().map(id -> new Probe(id, runs.getOrDefault(id, List.of()))));
    }

    record RunRow(UUID probeId, ProbeVerdict verdict, String expected, String observed, Instant startTime) {}

    private static Map<UUID, List<ProbeRun>> runs(TenantTx tx, Subject subject) {
        Map<UUID, List<ProbeRun>> byProbe = new HashMap<>();
        tx.list(RunRow.class, """
                SELECT b.id AS probe_id, r.verdict, r.expected, r.observed, r.start_time
                FROM probe b CROSS JOIN LATERAL (
                    SELECT verdict, expected, observed, start_time FROM probe_run
                    WHERE probe_id = b.id AND phase = 'after' ORDER BY end_time DESC LIMIT ?) r
                WHERE b.installation_id = ?
                """, RUNS_PER_PROBE, subject.installation())
                .forEach(row -> byProbe.computeIfAbsent(row.probeId(), _ -> new ArrayList<>())
                        .add(new ProbeRun(
                                row.verdict(),
                                "expected " + row.expected() + ", observed " + row.observed(),
                                row.startTime())));
        return byProbe;
    }
}
