package io.weft.fleet.agents;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.weft.fleet.telemetry.WireTime;
import io.weft.kit.id.PublicId;
import io.weft.kit.id.UuidV7;
import io.weft.kit.tenancy.TenantTransactions;
import io.weft.kit.tenancy.TenantTx;
import io.weft.kit.work.DueWork;
import io.weft.protocol.v1.ProbeResult;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.jboss.logging.Logger;

/** Writes runs of probes and what they prove: a verdict needs its opposite, seen before the policy applied. */
@Singleton
final class ProbeVerdicts {
    /** Work kind: has a proof of this policy expired? */
    static final String EXPIRY = "probe";

    static final Duration PROOF_LIFE = Duration.ofHours(24);

    private static final Logger LOG = Logger.getLogger(ProbeVerdicts.class);
    private static final Set<String> PHASES = Set.of("before", "after");
    private static final Set<String> VERDICTS = Set.of("passed", "failed", "inconclusive");

    private final TenantTransactions transactions;

    ProbeVerdicts(TenantTransactions transactions) {
        this.transactions = transactions;
    }

    void ran(Caller caller, ProbeResult result) {
        Optional<UUID> id = id(result.getProbeId());
        if (id.isEmpty() || !PHASES.contains(result.getPhase()) || !VERDICTS.contains(result.getVerdict())) {
            LOG.warnf("agents.probeResultIgnored cluster=%s", caller.agent().cluster());
            return;
        }
        transactions.in(caller.agent().tenant(), tx -> {
            probe(tx, caller, id.get(), result).ifPresent(probe -> store(tx, probe, result));
            return true;
        });
    }

    /** A result about an older text of the policy says nothing about the one in force. */
    private static Optional<Probe> probe(TenantTx tx, Caller caller, UUID id, ProbeResult result) {
        return tx.first(
                Probe.class,
                """
                SELECT p.id, p.policy_id, p.installation_id, p.policy_generation,
                    p.opposite_seen OR p.policy_generation = ? AS opposite_seen
                FROM probe p JOIN installation i ON i.id = p.installation_id
                WHERE p.id = ? AND i.cluster_id = ? AND (p.policy_generation = ? OR (? = 0 AND p.digest = ?))
                FOR UPDATE OF p
                """,
                result.getOppositeGeneration(),
                id,
                caller.agent().cluster(),
                result.getPolicyGeneration(),
                result.getPolicyGeneration(),
                Reported.text(result.getProbeDigest()));
    }

    private static void store(TenantTx tx, Probe probe, ProbeResult result) {
        Instant end = WireTime.read(result.getEndTime()).orElseGet(tx::now);
        storeRun(tx, probe, result, end);
        boolean before = result.getPhase().equals("before");
        // The result that told it first may have been lost: the agent says it with every later one.
        if (probe.oppositeSeen() || (before && result.getVerdict().equals("failed"))) {
            tx.update("UPDATE probe SET opposite_seen = true WHERE id = ? AND NOT opposite_seen", probe.id());
        }
        if (!before) {
            judge(tx, probe, result, end);
        }
        tx.notify(AgentLinks.OBSERVED, tx.tenant().toString());
    }

    private static void storeRun(TenantTx tx, Probe probe, ProbeResult result, Instant end) {
        tx.update(
                """
                INSERT INTO probe_run (tenant_id, id, probe_id, phase, verdict, reason, request, expected, observed, control,
                    policy_digest, start_time, end_time)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
                """,
                tx.tenant(),
                UuidV7.next(),
                probe.id(),
                result.getPhase(),
                result.getVerdict(),
                Reported.text(result.getReason()),
                Reported.text(result.getRequest()),
                Reported.text(result.getExpected()),
                Reported.text(result.getObserved()),
                Reported.text(result.getControl()),
                Reported.text(result.getPolicyDigest()),
                WireTime.read(result.getStartTime()).orElse(end),
                end);
    }

    private static void judge(TenantTx tx, Probe probe, ProbeResult result, Instant end) {
        switch (result.getVerdict()) {
            case "passed" -> {
                if (probe.oppositeSeen()) {
                    conclude(tx, probe, "enforced", "", "", proof(probe, result, end));
                } else {
                    conclude(
                            tx, probe, "applied", "OppositeNeverSeen", result.getObserved(), proof(probe, result, end));
                }
            }
            case "failed" ->
                conclude(
                        tx,
                        probe,
                        "notEnforced",
                        reasonOr(result, "ProbeFailed"),
                        result.getObserved(),
                        proof(probe, result, end));
            // It proves nothing, and disproves nothing: an earlier proof stands until it expires.
            default ->
                tx.update(
                        """
                        UPDATE policy_target SET reason = ?, message = ?, update_time = now()
                        WHERE policy_id = ? AND installation_id = ? AND state = 'applied'
                        """,
                        reasonOr(result, "ProbeInconclusive"),
                        Reported.text(result.getControl()),
                        probe.policyId(),
                        probe.installationId());
        }
    }

    /** Only where the generation that the probe is about is the one applied. */
    private static void conclude(
            TenantTx tx, Probe probe, String state, String reason, String message, ObjectNode proof) {
        int concluded = tx.update(
                """
                UPDATE policy_target SET state = ?, reason = ?, message = ?, proof = ?,
                    proof_expire_time = now() + make_interval(hours => ?), update_time = now()
                WHERE policy_id = ? AND installation_id = ? AND state IN ('applied', 'enforced', 'notEnforced')
                    AND applied_generation = ?
                """,
                state,
                reason,
                Reported.text(message),
                proof,
                (int) PROOF_LIFE.toHours(),
                probe.policyId(),
                probe.installationId(),
                probe.policyGeneration());
        if (concluded > 0 && state.equals("enforced")) {
            DueWork.schedule(tx, EXPIRY, probe.policyId(), tx.now().plus(PROOF_LIFE), "proof expires");
        }
    }

    private static ObjectNode proof(Probe probe, ProbeResult result, Instant end) {
        return JsonNodeFactory.instance
                .objectNode()
                .put("probeId", PublicId.format("prb", probe.id()))
                .put("verdict", result.getVerdict())
                .put("request", Reported.text(result.getRequest()))
                .put("expected", Reported.text(result.getExpected()))
                .put("observed", Reported.text(result.getObserved()))
                .put("control", Reported.text(result.getControl()))
                .put("time", end.toString());
    }

    private static String reasonOr(ProbeResult result, String otherwise) {
        return result.getReason().isEmpty() ? otherwise : AgentLinks.text(result.getReason());
    }

    /** The name of a probe document is its id, in either form. */
    private static Optional<UUID> id(String text) {
        try {
            return Optional.of(text.startsWith("prb_") ? PublicId.parse("prb", text) : UUID.fromString(text));
        } catch (IllegalArgumentException _) {
            return Optional.empty();
        }
    }

    record Probe(UUID id, UUID policyId, UUID installationId, long policyGeneration, boolean oppositeSeen) {}
}
