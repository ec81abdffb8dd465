package io.weft.upgrade.decision;

import io.weft.upgrade.decision.Traffic.BothEnds;
import io.weft.upgrade.decision.Traffic.Reporter;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** A wave starts only with telemetry to compare with: what cannot be judged is not put at risk. */
final class WaveStart {
    private WaveStart() {}

    static Decided decide(Look look, Step.BeforeWave step) {
        Plan.PlannedWave wave = look.plan().wave(step.wave());
        if (wave.approvalRequired() && !step.approved()) {
            return look.waiting(
                    Reason.APPROVAL_REQUIRED,
                    wave.title() + " waits for command approve",
                    look.now().plus(Look.RARELY));
        }
        Optional<Failure> failure = ControlPlaneSteps.failure(look);
        if (failure.isPresent()) {
            return Failures.failed(look, failure.get());
        }
        Optional<Failure> notReady = ControlPlaneSteps.notReady(look);
        if (notReady.isPresent()) {
            return look.waiting(notReady.get().reason(), notReady.get().message(), look.soon());
        }
        if (look.agentAway()) {
            return look.waiting(Reason.AGENT_UNREACHABLE, look.agentAwaySince(), look.soon());
        }
        return gap(look).map(gap -> withoutEvidence(look, step, gap)).orElseGet(() -> start(look, step, wave));
    }

    private static Decided start(Look look, Step.BeforeWave step, Plan.PlannedWave wave) {
        TreeMap<String, String> before = new TreeMap<>();
        wave.namespaces()
                .forEach(namespace -> before.put(
                        namespace,
                        look.seen()
                                .placements()
                                .getOrDefault(namespace, look.plan().from().revision())));
        Instant deadline = look.now().plus(look.plan().timing().moveDeadline());
        WaveProgress progress = WaveProgress.started(step.wave(), look.now(), ProbesJudge.enforced(look.seen()));
        return look.decided(
                new Decision.StartWave(
                        step.wave(),
                        step.approved() ? Reason.APPROVED : Reason.WAVE_MAY_START,
                        wave.title() + " moves namespaces " + String.join(", ", wave.namespaces()) + " to "
                                + look.plan().to().revision() + " until " + deadline),
                look.state().withWave(step.wave(), before).at(step.start(progress, deadline)),
                List.of(look.placeNew(step.wave(), false, deadline)),
                look.soon());
    }

    private static Decided withoutEvidence(Look look, Step.BeforeWave step, Failure gap) {
        State waiting = look.state().at(step.waitingSince(look.now()));
        Instant since = step.waitingForTraffic().orElse(look.now());
        Instant latest = since.plus(look.plan().timing().evidenceGrace());
        if (look.now().isBefore(latest)) {
            return look.decided(
                    new Decision.Wait(Reason.WAITING_FOR_TRAFFIC, gap.message() + "; waiting until " + latest),
                    waiting,
                    List.of(),
                    look.soonOr(latest));
        }
        return Failures.withoutData(look, gap);
    }

    private static Optional<Failure> gap(Look look) {
        if (!look.plan().needsTelemetry()) {
            return Optional.empty();
        }
        return Failures.late(look).or(() -> tooFew(look));
    }

    private static Optional<Failure> tooFew(Look look) {
        Map<String, BothEnds> before = look.seen().telemetry().before();
        return look.plan().gates().stream()
                .filter(gate -> !isComparable(gate, before))
                .findFirst()
                .map(gate -> tooFew(look, gate));
    }

    private static boolean isComparable(Gate gate, Map<String, BothEnds> before) {
        return switch (gate) {
            case Gate.SuccessRate success -> SuccessRateJudge.isComparable(success, before);
            case Gate.LatencyShare latency -> LatencyJudge.isComparable(latency, before);
            case Gate.ProxySync _, Gate.Probes _ -> true;
        };
    }

    private static Failure tooFew(Look look, Gate gate) {
        Telemetry telemetry = look.seen().telemetry();
        long requests = Math.max(
                Telemetry.total(telemetry.before(), Reporter.DESTINATION).requests(),
                Telemetry.total(telemetry.before(), Reporter.SOURCE).requests());
        String message = String.format(
                Locale.ROOT,
                "gate %s could not be judged: the wave's namespaces had %,d requests in the newest windows, %,d are needed%s"
                        + " to compare with",
                gate.name(),
                requests,
                look.plan().minRequests(),
                gate instanceof Gate.LatencyShare ? " of one namespace, with durations," : "");
        return Failure.of(requests == 0 ? Reason.NO_DATA : Reason.TOO_FEW, message);
    }
}
