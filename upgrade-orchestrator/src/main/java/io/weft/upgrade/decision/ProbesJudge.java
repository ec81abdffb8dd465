package io.weft.upgrade.decision;

import io.weft.upgrade.decision.Observations.Probe;
import io.weft.upgrade.decision.Observations.ProbeRun;
import io.weft.upgrade.decision.Observations.ProbeVerdict;
import io.weft.upgrade.decision.Observations.Proof;
import io.weft.upgrade.decision.Observations.ProofState;
import io.weft.upgrade.decision.WaveProgress.Enforced;
import java.time.Instant;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.UUID;

/**
 * What was proven in force when the wave began still is. A policy that somebody changed meanwhile is no longer the one
 * that was proven, and says nothing of the upgrade.
 */
final class ProbesJudge {
    private final Gate.Probes gate;
    private final Evidence evidence;

    ProbesJudge(Gate.Probes gate, Evidence evidence) {
        this.gate = gate;
        this.evidence = evidence;
    }

    /** Policies in force now, as a wave that starts remembers them. */
    static List<Enforced> enforced(Observations seen) {
        return seen.proofs().stream()
                .filter(proof -> proof.state() == ProofState.ENFORCED)
                .map(proof ->
                        new Enforced(proof.policy(), proof.capabilityClass(), proof.generation(), proof.namespaces()))
                .toList();
    }

    /** Probes that must run again after the move and have not passed since. */
    static SortedSet<UUID> toRun(Plan plan, WaveProgress wave, Instant moved, Observations seen) {
        WaveMovement movement = WaveMovement.of(plan, wave, seen);
        Instant after = end(movement, moved);
        TreeSet<UUID> probes = new TreeSet<>();
        for (Enforced enforced : wave.enforcedBefore()) {
            if (concerns(enforced, movement.namespaces())) {
                unchanged(enforced, seen)
                        .filter(proof -> !passedAfter(proof, after))
                        .flatMap(Proof::probe)
                        .map(Probe::id)
                        .ifPresent(probes::add);
            }
        }
        return probes;
    }

    /** The agent's clock times pods and probe runs; the hub's is only used where no pod had to restart. */
    private static Instant end(WaveMovement movement, Instant moved) {
        return movement.lastReady().orElse(moved);
    }

    Judgement judge() {
        Instant begun =
                evidence.movement().firstRestart().orElse(evidence.wave().start());
        for (Enforced enforced : evidence.wave().enforcedBefore()) {
            Optional<Judgement> failure = unchanged(enforced, evidence.seen()).flatMap(proof -> failure(proof, begun));
            if (failure.isPresent()) {
                return failure.get();
            }
        }
        return evidence.wave().moved().map(this::provenAgain).orElseGet(this::pass);
    }

    private Optional<Judgement> failure(Proof proof, Instant begun) {
        if (proof.state() == ProofState.NOT_ENFORCED || proof.state() == ProofState.FAILED) {
            return Optional.of(verdict(
                    GateVerdict.FAIL,
                    Reason.PROBE_FAILED,
                    "policy " + proof.policyName() + " was in force before the wave and is not any more: "
                            + proof.message()));
        }
        return proof.probe().stream()
                .flatMap(probe -> probe.runs().stream())
                .filter(run ->
                        run.verdict() == ProbeVerdict.FAILED && !run.start().isBefore(begun))
                .findFirst()
                .map(run -> verdict(
                        GateVerdict.FAIL,
                        Reason.PROBE_FAILED,
                        "the probe of policy " + proof.policyName() + " failed at " + run.start() + ": "
                                + run.message()));
    }

    private Judgement provenAgain(Instant moved) {
        Instant after = end(evidence.movement(), moved);
        for (Enforced enforced : evidence.wave().enforcedBefore()) {
            Optional<Proof> proof = unchanged(enforced, evidence.seen())
                    .filter(_ -> concerns(enforced, evidence.namespaces()))
                    .filter(candidate -> !passedAfter(candidate, after));
            if (proof.isPresent()) {
                return verdict(
                        GateVerdict.NO_DATA,
                        Reason.NO_DATA,
                        "the probe of policy " + proof.get().policyName() + " has not passed since the move ended at "
                                + after);
            }
        }
        return pass();
    }

    private static boolean passedAfter(Proof proof, Instant after) {
        return proof.probe().map(Probe::runs).orElse(List.of()).stream()
                .anyMatch(run -> passed(run) && run.start().isAfter(after));
    }

    private static boolean passed(ProbeRun run) {
        return run.verdict() == ProbeVerdict.PASSED;
    }

    private static Optional<Proof> unchanged(Enforced enforced, Observations seen) {
        return seen.proofs().stream()
                .filter(proof -> proof.policy().equals(enforced.policy())
                        && proof.capabilityClass().equals(enforced.capabilityClass())
                        && proof.generation() == enforced.generation())
                .findFirst();
    }

    private static boolean concerns(Enforced enforced, SortedSet<String> namespaces) {
        return !Collections.disjoint(enforced.namespaces(), namespaces);
    }

    private Judgement pass() {
        int count = evidence.wave().enforcedBefore().size();
        return verdict(
                GateVerdict.PASS,
                Reason.GATES_PASSED,
                count == 0 ? "no policy was proven in force before the wave" : count + " policies are still in force");
    }

    private Judgement verdict(GateVerdict verdict, Reason reason, String message) {
        return Judgement.withoutFigures(gate.name(), verdict, reason, evidence.window(), message);
    }
}
