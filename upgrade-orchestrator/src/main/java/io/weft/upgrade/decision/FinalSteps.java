package io.weft.upgrade.decision;

import io.weft.upgrade.decision.Observations.MeshStatus;
import io.weft.upgrade.decision.Observations.Proxy;
import io.weft.upgrade.decision.Observations.Serving;
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
        WaveSteps.Judged judged = WaveSteps.Judged.of(noticing(before), step.lastWave(), overdue(before, step));
        Decided decided = judged.failure()
                .map(failure -> Failures.failed(judged.look(), failure))
                .orElseGet(() -> undisturbed(judged));
        return decided.judged(judged.gates().judgements());
    }

    /** What the agent has applied since the promotion was asked for holds it. */
    private static Look noticing(Look look) {
        Step.Promoted step = (Step.Promoted) look.state().step();
        return look.at(look.state().at(step.applied(look.seen().agent().controlPlanesApplied())));
    }

    private static boolean overdue(Look look, Step.Promoted step) {
        Instant latest = look.now().minus(look.plan().timing().evidenceGrace());
        return step.gapSince().filter(since -> !since.isAfter(latest)).isPresent();
    }

    private static Decided undisturbed(WaveSteps.Judged judged) {
        Look look = judged.look();
        Step.Promoted step = (Step.Promoted) look.state().step();
        if (look.agentAway()) {
            return look.waiting(Reason.AGENT_UNREACHABLE, look.agentAwaySince(), look.soon());
        }
        Optional<Decided> late = Failures.lateDecision(look);
        if (late.isPresent()) {
            return late.get();
        }
        if (look.now().isBefore(step.until())) {
            return look.waiting(
                    Reason.FINAL_SOAK,
                    "control plane " + look.plan().from().revision() + " is kept for the way back until "
                            + step.until(),
                    look.soonOr(step.until()));
        }
        Look soaked = look.at(look.state().at(step.withoutGap()));
        return oldRevisionInUse(look)
                .map(use -> soaked.waiting(Reason.OLD_REVISION_IN_USE, use, look.soon()))
                .or(() -> gap(look, judged.gates(), step.until()).map(gap -> withoutEvidence(look, step, gap)))
                .orElseGet(() -> complete(soaked, "nothing uses it any more"));
    }

    private static Decided withoutEvidence(Look look, Step.Promoted step, Failure gap) {
        Look waiting = look.at(look.state().at(step.gap(look.now())));
        return overdue(look, step)
                ? Failures.withoutData(waiting, gap)
                : waiting.waiting(gap.reason(), gap.message(), look.soon());
    }

    /** What has to be known of the new control plane, and is not, before the old one goes. */
    private static Optional<Failure> gap(Look look, Gates gates, Instant watchedUntil) {
        Step.Promoted step = (Step.Promoted) look.state().step();
        String revision = look.plan().to().revision();
        Optional<Failure> notApplied = step.applied()
                ? Optional.empty()
                : Optional.of(Failure.of(
                        Reason.PROMOTION_NOT_APPLIED,
                        "the agent has not applied yet that " + revision + " is the default"
                                + ControlPlaneSteps.refusals(look)));
        return notApplied
                .or(() -> ControlPlaneSteps.notServing(look))
                .or(() -> WaveSteps.unseen(look, watchedUntil))
                .or(() -> gates.firstGap().map(Failure::of));
    }

    /** Why a person cannot complete now. The rest of the last soak is theirs to skip, what it saw so far is not. */
    static Optional<String> obstacle(Look look, Step.Promoted step) {
        WaveSteps.Judged judged = WaveSteps.Judged.of(noticing(look), step.lastWave(), false);
        Instant notLate = look.now().minus(look.plan().timing().telemetryLate());
        Instant watchedUntil = step.until().isBefore(notLate) ? step.until() : notLate;
        return oldRevisionInUse(look)
                .or(() -> judged.failure()
                        .or(() -> look.plan().needsTelemetry() ? Failures.late(look) : Optional.empty())
                        .or(() -> gap(judged.look(), judged.gates(), watchedUntil))
                        .map(Failure::message));
    }

    /** Gives the old control plane up: the point of no return. Ask {@link #obstacle} first. */
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
    private static Optional<String> oldRevisionInUse(Look look) {
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
        if (status.truncated()) {
            return Optional.of(
                    "whether pods use " + old + " is not known, the mesh status lists not all proxies of the cluster");
        }
        Optional<Serving> serving = status.serving(old);
        if (serving.isEmpty()) {
            return look.seen().controlPlanes().containsKey(old)
                    ? Optional.of("whether proxies use " + old + " is not known, the mesh status does not name it")
                    : Optional.empty();
        }
        if (serving.get().connected() > 0) {
            return Optional.of(serving.get().connected() + " proxies are still connected to control plane " + old);
        }
        return serving.map(Serving::problem)
                .filter(problem -> !problem.isEmpty())
                .map(problem -> "whether proxies use " + old + " is not known: " + problem);
    }

    private static String first(List<String> names) {
        List<String> shown = new ArrayList<>(names.subList(0, Math.min(NAMED, names.size())));
        return String.join(", ", shown) + (names.size() > NAMED ? ", ..." : "");
    }
}
