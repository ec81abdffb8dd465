package io.weft.upgrade.decision;

import java.time.Instant;
import java.util.Comparator;
import java.util.Optional;

/** Decides what a rollout of Istio sidecars does next. */
public final class Rollouts {
    private Rollouts() {}

    /**
     * The decision at {@code now}. Deterministic: equal arguments give an equal result. One command is taken at a time,
     * oldest first; then the result asks to look again at once.
     *
     * @param seen read for {@code state}, its telemetry as {@link TrafficRanges#of} asks
     */
    public static Decided decide(Plan plan, State state, Observations seen, Instant now) {
        Look look = new Look(plan, state, seen, now);
        Optional<Command> command = seen.commands().stream().min(Comparator.comparing(Command::time));
        if (command.isPresent()) {
            return Commands.take(look, command.get());
        }
        if (state.step() instanceof Step.Done done) {
            return look.waiting(Reason.ENDED, "the rollout ended as " + done.outcome(), now.plus(Look.RARELY));
        }
        return state.hold().map(hold -> held(look, hold)).orElseGet(() -> moving(look));
    }

    private static Decided held(Look look, Hold hold) {
        if (hold.kind() == Hold.Kind.PAUSED) {
            return look.waiting(hold.reason(), hold.message(), look.now().plus(Look.RARELY));
        }
        if (hold.reason() == Reason.ROLLBACK_DEADLINE) {
            return step(look);
        }
        if (hold.reason() == Reason.LATE_DATA) {
            return withLateData(look, hold);
        }
        if (agentLost(look)) {
            return look.waiting(hold.reason(), hold.message(), look.soon());
        }
        return release(look, Reason.AGENT_RETURNED, "the agent is back; deadlines moved by its absence");
    }

    /** What is late is waited for; what did arrive is judged, for a bad upgrade shows in it as well. */
    private static Decided withLateData(Look held, Hold hold) {
        Look running = held.at(held.state().released(held.now()));
        return held.state()
                .progress()
                .map(wave -> {
                    WaveSteps.Judged judged = WaveSteps.Judged.of(running, wave, false);
                    Decided decided = judged.failure()
                            .map(failure -> Failures.failed(judged.look(), failure))
                            .orElseGet(() ->
                                    stillLate(held.at(WaveSteps.Judged.remembering(held, wave)), judged.look(), hold));
                    return decided.judged(judged.gates().judgements());
                })
                .orElseGet(() -> stillLate(held, running, hold));
    }

    private static Decided stillLate(Look held, Look running, Hold hold) {
        if (Failures.caughtUp(held, hold)) {
            return release(held, Reason.DATA_RETURNED, "telemetry has caught up; nothing was judged without it");
        }
        if (agentLost(held)) {
            return running.stuck(Reason.AGENT_UNREACHABLE, held.agentAwaySince());
        }
        Instant patience = hold.since().plus(held.plan().timing().telemetryLost());
        return held.now().isBefore(patience)
                ? held.waiting(hold.reason(), hold.message(), held.soon())
                : Failures.withoutData(running, Failure.of(hold.reason(), hold.message() + "; given up waiting"));
    }

    private static Decided release(Look look, Reason reason, String message) {
        Look released = look.at(look.state().released(look.now()));
        return released.decided(
                new Decision.Wait(reason, message), released.state(), released.placeMovingWave(false), look.now());
    }

    private static Decided moving(Look look) {
        boolean needsAgent = look.state().phase(look.plan()) != Phase.WAITING_APPROVAL
                && !(look.state().step() instanceof Step.Precheck);
        return needsAgent && agentLost(look) ? look.stuck(Reason.AGENT_UNREACHABLE, look.agentAwaySince()) : step(look);
    }

    private static boolean agentLost(Look look) {
        return look.seen().agent().awayFor(look.plan().timing().agentLost(), look.now());
    }

    private static Decided step(Look seen) {
        Look look = ControlPlaneSteps.watched(seen);
        return switch (look.state().step()) {
            case Step.Precheck precheck -> ControlPlaneSteps.precheck(look, precheck);
            case Step.ControlPlaneCanary canary -> ControlPlaneSteps.canary(look, canary);
            case Step.ControlPlaneSoak soak -> ControlPlaneSteps.soak(look, soak);
            case Step.BeforeWave next -> WaveStart.decide(look, next);
            case Step.WaveMoving moving -> WaveSteps.moving(look, moving);
            case Step.WaveSoaking soaking -> WaveSteps.soaking(look, soaking);
            case Step.Promoted promoted -> FinalSteps.promoted(look, promoted);
            case Step.RollingBack back -> WayBack.progress(look, back);
            case Step.Done _ -> look.waiting(Reason.ENDED, "ended", look.now().plus(Look.RARELY));
        };
    }
}
