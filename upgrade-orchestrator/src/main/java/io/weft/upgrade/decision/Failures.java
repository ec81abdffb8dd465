package io.weft.upgrade.decision;

import io.weft.upgrade.decision.Observations.MeshStatus;
import io.weft.upgrade.decision.Observations.Proxy;
import java.util.List;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;

/** What a failure or a gap in the data leads to, as the plan says. */
final class Failures {
    private Failures() {}

    static Decided failed(Look look, Failure failure) {
        return switch (look.plan().onFailure()) {
            case PAUSE -> look.pause(failure.reason(), failure.message());
            case ROLL_BACK_WAVE -> WayBack.start(look, failure, waves(look, failure));
            case ROLL_BACK_ALL ->
                WayBack.start(
                        look,
                        failure,
                        new TreeSet<>(look.state().revisionsBefore().keySet()));
        };
    }

    static Decided withoutData(Look look, Failure gap) {
        return switch (look.plan().onNoData()) {
            case PAUSE -> look.pause(gap.reason(), gap.message());
            case ROLL_BACK ->
                look.plan().onFailure() == Plan.OnFailure.ROLL_BACK_ALL
                        ? failed(look, gap)
                        : WayBack.start(look, gap, waves(look, gap));
        };
    }

    /** The wave at risk now, none between two waves; all that are on the new control plane where it is to blame. */
    private static SortedSet<Integer> waves(Look look, Failure failure) {
        boolean ofWave = switch (failure.reason()) {
            case CONTROL_PLANE_FAILED, CONTROL_PLANE_NOT_READY -> false;
            case CONFIGURATION_REJECTED -> rejectedByWaveAlone(look);
            default -> true;
        };
        if (!ofWave) {
            return new TreeSet<>(look.state().revisionsBefore().keySet());
        }
        TreeSet<Integer> waves = new TreeSet<>();
        look.state().progress().map(WaveProgress::position).ifPresent(waves::add);
        return waves;
    }

    /** A proxy that rejects configuration is not synced: it is one of the wave's if only theirs are not. */
    private static boolean rejectedByWaveAlone(Look look) {
        String target = look.plan().to().revision();
        MeshStatus status = look.seen().meshStatus();
        SortedSet<String> namespaces = look.state()
                .progress()
                .map(wave -> look.plan().wave(wave.position()).namespaces())
                .orElse(new TreeSet<>());
        List<Proxy> unsynced =
                status.on(target).stream().filter(proxy -> !proxy.synced()).toList();
        return !status.truncated()
                && unsynced.size() >= status.rejected(target)
                && unsynced.stream().allMatch(proxy -> namespaces.contains(proxy.namespace()));
    }

    /**
     * What late telemetry leads to, empty when it is not late: what moves stands still at once, and the rollout is stuck
     * until the data is there or is given up. It is no verdict on the mesh while the agent itself is not heard of: then
     * the rollout waits, and is stuck before long.
     */
    static Optional<Decided> lateDecision(Look look) {
        if (!look.plan().needsTelemetry()) {
            return Optional.empty();
        }
        boolean silent = look.seen().agent().silentFor(look.plan().timing().telemetryLate(), look.now());
        return late(look).map(gap -> {
            if (silent) {
                return look.waiting(Reason.AGENT_UNREACHABLE, look.agentAwaySince(), look.soon());
            }
            return gap.reason() == Reason.LATE_DATA ? look.stuck(gap.reason(), gap.message()) : withoutData(look, gap);
        });
    }

    /**
     * Every window up to the hold is known, and none is late now. What came meanwhile is judged like all else, so a bad
     * upgrade that was hidden by the gap goes back at once.
     */
    static boolean caughtUp(Look look, Hold hold) {
        return late(look).isEmpty()
                && look.seen().telemetry().completeThrough().stream()
                        .anyMatch(through -> !through.isBefore(TrafficRanges.floor(hold.since())));
    }

    /** No complete window is new enough. */
    static Optional<Failure> late(Look look) {
        Telemetry telemetry = look.seen().telemetry();
        if (!telemetry.olderThan(look.plan().timing().telemetryLate(), look.now())) {
            return Optional.empty();
        }
        return Optional.of(telemetry
                .completeThrough()
                .map(through -> Failure.of(
                        Reason.LATE_DATA,
                        "telemetry is complete only through " + through + ", older than "
                                + look.plan().timing().telemetryLate().toSeconds() + " s"))
                .orElseGet(() -> Failure.of(Reason.NO_DATA, "the cluster never sent telemetry")));
    }
}
