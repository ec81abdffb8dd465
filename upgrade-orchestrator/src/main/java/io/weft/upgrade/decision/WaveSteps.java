package io.weft.upgrade.decision;

import io.weft.upgrade.decision.Observations.Movement;
import io.weft.upgrade.decision.Observations.MovementState;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SortedSet;
import java.util.UUID;

/** A wave that moves and soaks: every look judges the gates, a failure stops it at once. */
final class WaveSteps {
    /** The mover's own word for a deadline that the orchestrator may have moved since. */
    private static final String DEADLINE_EXCEEDED = "DeadlineExceeded";

    /** Probes wait for each other in the agent, and one that is asked while it runs begins anew. */
    private static final Duration ASK_PROBES_AGAIN = Duration.ofSeconds(90);

    private WaveSteps() {}

    /** The gates' verdicts and the state that remembers how far they were judged. */
    record Judged(Look look, Gates gates) {
        static Judged of(Look look, WaveProgress wave, boolean overdue) {
            Gates gates = Gates.judge(Evidence.of(look.plan(), look.state(), wave, look.seen(), overdue, look.now()));
            return new Judged(look.at(remembering(look, wave)), gates);
        }

        /** The state that knows the windows of this look as judged. */
        static State remembering(Look look, WaveProgress wave) {
            Telemetry telemetry = look.seen().telemetry();
            return telemetry.unjudged().isEmpty()
                    ? look.state()
                    : look.state()
                            .withProgress(wave.judgedThrough(
                                    telemetry.unjudged().getLast().start().plus(Telemetry.WINDOW)));
        }

        Optional<Failure> failure() {
            return gates.firstFailure().map(Failure::of).or(() -> ControlPlaneSteps.failure(look));
        }
    }

    static Decided moving(Look before, Step.WaveMoving step) {
        Judged judged = Judged.of(before, step.wave(), false);
        Decided decided = judged.failure()
                .or(() -> moveFailed(before, step))
                .map(failure -> Failures.failed(judged.look(), failure))
                .orElseGet(() -> stillMoving(judged.look()));
        return decided.judged(judged.gates().judgements());
    }

    private static Optional<Failure> moveFailed(Look look, Step.WaveMoving step) {
        boolean overdue = !look.now().isBefore(step.deadline());
        WaveMovement movement = WaveMovement.of(look.plan(), step.wave(), look.seen());
        return movement.firstIn(MovementState.FAILED)
                .filter(report -> overdue || !report.getValue().reason().equals(DEADLINE_EXCEEDED))
                .map(report -> Failure.of(
                        Reason.MOVE_FAILED,
                        "namespace " + report.getKey() + " could not be moved: " + explain(report.getValue())));
    }

    private static Decided stillMoving(Look look) {
        Step.WaveMoving step = (Step.WaveMoving) look.state().step();
        Plan.PlannedWave wave = look.plan().wave(step.wave().position());
        WaveMovement movement = WaveMovement.of(look.plan(), step.wave(), look.seen());
        if (look.agentAway()) {
            return look.waiting(Reason.AGENT_UNREACHABLE, look.agentAwaySince(), look.soon());
        }
        Optional<Decided> late = Failures.lateDecision(look);
        if (late.isPresent()) {
            return late.get();
        }
        if (movement.complete()) {
            return soak(look, step, wave);
        }
        if (!look.now().isBefore(step.deadline())) {
            return Failures.failed(
                    look,
                    Failure.of(
                            Reason.MOVE_DEADLINE,
                            wave.title() + ": " + movement.moved().size() + " of "
                                    + wave.namespaces().size() + " namespaces moved by " + step.deadline()));
        }
        String progress = wave.title() + ": " + movement.moved().size() + " of "
                + wave.namespaces().size() + " namespaces moved, until " + step.deadline();
        return movement.firstIn(MovementState.HELD)
                .map(held -> look.waiting(
                        Reason.MOVE_HELD,
                        progress + "; namespace " + held.getKey() + " is held: " + explain(held.getValue()),
                        look.soonOr(step.deadline())))
                .orElseGet(() -> look.waiting(Reason.WAVE_MOVING, progress, look.soonOr(step.deadline())));
    }

    private static String explain(Movement movement) {
        return movement.message().isEmpty() ? movement.reason() : movement.reason() + ", " + movement.message();
    }

    private static Decided soak(Look look, Step.WaveMoving step, Plan.PlannedWave wave) {
        Step.WaveSoaking soaking = step.moved(look.now(), wave.soak());
        SortedSet<UUID> probes = ProbesJudge.toRun(look.plan(), soaking.wave(), look.now(), look.seen());
        State next = look.state().at(new Step.WaveSoaking(soaking.wave().probesAsked(look.now()), soaking.until()));
        return look.decided(
                new Decision.Wait(
                        Reason.WAVE_SOAKING, wave.title() + " has moved and is watched until " + soaking.until()),
                next,
                probes.isEmpty() ? List.of() : List.of(new Effect.RequestProbeRuns(probes)),
                look.soonOr(soaking.until()));
    }

    static Decided soaking(Look before, Step.WaveSoaking step) {
        Instant latest = step.until().plus(before.plan().timing().evidenceGrace());
        Judged judged = Judged.of(before, step.wave(), !before.now().isBefore(latest));
        Decided decided = judged.failure()
                .map(failure -> Failures.failed(judged.look(), failure))
                .orElseGet(() -> stillSoaking(judged));
        return decided.judged(judged.gates().judgements());
    }

    private static Decided stillSoaking(Judged judged) {
        Look look = judged.look();
        Step.WaveSoaking step = (Step.WaveSoaking) look.state().step();
        if (look.agentAway()) {
            return look.waiting(Reason.AGENT_UNREACHABLE, look.agentAwaySince(), look.soon());
        }
        Optional<Decided> late = Failures.lateDecision(look);
        if (late.isPresent()) {
            return late.get();
        }
        if (look.now().isBefore(step.until())) {
            return askingProbes(look, judged, Reason.WAVE_SOAKING, "watched until " + step.until());
        }
        Optional<Failure> gap = unseen(look, step.until())
                .or(() -> ControlPlaneSteps.notReady(look))
                .or(() -> judged.gates().firstGap().map(Failure::of));
        if (gap.isEmpty()) {
            return passed(look, step);
        }
        Instant latest = step.until().plus(look.plan().timing().evidenceGrace());
        return look.now().isBefore(latest)
                ? askingProbes(
                        look, judged, Reason.WAITING_FOR_EVIDENCE, gap.get().message())
                : Failures.withoutData(look, gap.get());
    }

    /** A soak counts as watched when the windows up to its end are complete. */
    static Optional<Failure> unseen(Look look, Instant until) {
        Instant end = TrafficRanges.floor(until);
        boolean seen = !look.plan().needsTelemetry()
                || look.seen().telemetry().completeThrough().stream().anyMatch(through -> !through.isBefore(end));
        return seen
                ? Optional.empty()
                : Optional.of(Failure.of(
                        Reason.LATE_DATA, "telemetry is not complete yet through the end of the soak at " + end));
    }

    /** Waits; proof that is still missing is asked for again. */
    private static Decided askingProbes(Look look, Judged judged, Reason reason, String message) {
        Step.WaveSoaking step = (Step.WaveSoaking) look.state().step();
        Plan.PlannedWave wave = look.plan().wave(step.wave().position());
        String text = wave.title() + ": " + message;
        boolean missing = judged.gates().judgements().stream()
                .anyMatch(judgement -> !judgement.passed() && isProbes(look.plan(), judgement.gate()));
        boolean due = step.wave()
                .probesAsked()
                .map(asked -> !look.now().isBefore(asked.plus(ASK_PROBES_AGAIN)))
                .orElse(true);
        if (!missing || !due) {
            return look.waiting(reason, text, look.soonOr(step.until()));
        }
        List<Effect> effects = new ArrayList<>();
        SortedSet<UUID> probes =
                ProbesJudge.toRun(look.plan(), step.wave(), step.wave().moved().orElse(look.now()), look.seen());
        if (!probes.isEmpty()) {
            effects.add(new Effect.RequestProbeRuns(probes));
        }
        State next = look.state().withProgress(step.wave().probesAsked(look.now()));
        return look.decided(new Decision.Wait(reason, text), next, effects, look.soonOr(step.until()));
    }

    private static boolean isProbes(Plan plan, String gate) {
        return plan.gates().stream()
                .anyMatch(one -> one instanceof Gate.Probes && one.name().equals(gate));
    }

    private static Decided passed(Look look, Step.WaveSoaking step) {
        int position = step.wave().position();
        if (look.plan().isLast(position)) {
            return FinalSteps.promote(look, step);
        }
        return look.decided(
                new Decision.Wait(
                        Reason.GATES_PASSED, look.plan().wave(position).title() + " passed its gates"),
                look.state().at(step.passed()),
                List.of(),
                look.now());
    }
}
