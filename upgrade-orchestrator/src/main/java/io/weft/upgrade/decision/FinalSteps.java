package io.weft.upgrade.decision;

import io.weft.upgrade.decision.Observations.MeshStatus;
import io.weft.upgrade.decision.Observations.Proxy;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Promotion, the last soak, and giving the old control plane up. */
final class FinalSteps {
    private static final int NAMED = 3;

    private FinalSteps() {}

    static Decided promote(Look look, Step.WaveSoaking step) {
        Plan plan = look.plan();
        Instant until = look.now().plus(plan.timing().finalSoak());
        return look.decided(
                new Decision.Promote(
                        Reason.GATES_PASSED,
                        "every wave passed its gates; " + plan.to().revision() + " becomes the default, "
                                + plan.from().revision() + " runs on until " + until),
                look.state().at(step.promote(until)),
                List.of(new Effect.MakeDefault(plan.to().revision(), plan.from().revision())),
                look.soonOr(until));
    }

    static Decided promoted(Look before, Step.Promoted step) {
        WaveSteps.Judged judged = WaveSteps.Judged.of(before, step.lastWave(), false);
        Look look = judged.look();
        Decided decided = judged.failure()
                .map(failure -> Failures.failed(look, failure))
                .orElseGet(() -> look.now().isBefore(step.until()) ? lastSoak(look, step) : cleanUp(look));
        return decided.judged(judged.gates().judgements());
    }

    private static Decided lastSoak(Look look, Step.Promoted step) {
        if (look.agentAway()) {
            return look.waiting(Reason.AGENT_UNREACHABLE, look.agentAwaySince(), look.soon());
        }
        return Failures.lateDecision(look)
                .orElseGet(() -> look.waiting(
                        Reason.FINAL_SOAK,
                        "control plane " + look.plan().from().revision() + " is kept for the way back until "
                                + step.until(),
                        look.soonOr(step.until())));
    }

    private static Decided cleanUp(Look look) {
        return oldRevisionInUse(look)
                .map(use -> look.waiting(Reason.OLD_REVISION_IN_USE, use, look.soon()))
                .orElseGet(() -> complete(look, "nothing uses it any more"));
    }

    /** Gives the old control plane up: the point of no return. Ask {@link #oldRevisionInUse} first. */
    static Decided complete(Look look, String why) {
        Plan plan = look.plan();
        String message = "version " + plan.to().version() + " is reached; control plane "
                + plan.from().revision() + " is removed: " + why;
        return look.decided(
                new Decision.Complete(Reason.OLD_REVISION_UNUSED, message),
                look.state().at(new Step.Done(Phase.COMPLETED)),
                List.of(
                        new Effect.RemoveControlPlane(plan.from().revision()),
                        new Effect.LiftDeadlines(),
                        new Effect.SetVersionReached(true, "RolloutCompleted", message)),
                look.now().plus(Look.RARELY));
    }

    /** What still needs the old control plane, for people; not knowing counts as need. */
    static Optional<String> oldRevisionInUse(Look look) {
        String old = look.plan().from().revision();
        MeshStatus status = look.seen().meshStatus();
        List<String> placed = look.seen().placements().entrySet().stream()
                .filter(placement -> placement.getValue().equals(old))
                .map(Map.Entry::getKey)
                .sorted()
                .toList();
        if (!placed.isEmpty()) {
            return Optional.of("namespaces still placed on " + old + ", add them to a wave: " + first(placed));
        }
        if (!status.freshWithin(ProxySyncJudge.STATUS_AGE, look.now())) {
            return Optional.of("whether pods use " + old + " is not known, the mesh status was last read "
                    + status.time().map(Object::toString).orElse("never"));
        }
        Collection<Proxy> proxies = status.on(old);
        if (!proxies.isEmpty()) {
            return Optional.of(proxies.size() + " pods still use " + old + ": "
                    + first(proxies.stream()
                            .map(proxy -> proxy.namespace() + "/" + proxy.pod())
                            .toList()));
        }
        long connected = status.controlPlanes()
                .getOrDefault(old, Observations.Serving.NOTHING)
                .connected();
        return connected == 0
                ? Optional.empty()
                : Optional.of(connected + " proxies are still connected to control plane " + old);
    }

    private static String first(List<String> names) {
        List<String> shown = new ArrayList<>(names.subList(0, Math.min(NAMED, names.size())));
        return String.join(", ", shown) + (names.size() > NAMED ? ", ..." : "");
    }
}
