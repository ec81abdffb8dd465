package io.weft.upgrade.decision;

import io.weft.upgrade.decision.Observations.ControlPlane;
import io.weft.upgrade.decision.Observations.ControlPlaneState;
import io.weft.upgrade.decision.Observations.Serving;
import io.weft.upgrade.decision.Observations.Ungranted;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;

/** The new control plane beside the old one, before any proxy uses it. */
final class ControlPlaneSteps {
    static final Duration FAILURE_PATIENCE = Duration.ofSeconds(60);
    private static final int NAMED_RIGHTS = 3;

    private ControlPlaneSteps() {}

    static Decided precheck(Look look, Step.Precheck step) {
        Plan plan = look.plan();
        if (!look.seen().releaseImported()) {
            return abort(
                    look,
                    Reason.RELEASE_NOT_IMPORTED,
                    "no release of version " + plan.to().version() + " is imported; import it and start a new rollout");
        }
        Optional<String> hole = nothingToMove(look);
        if (hole.isPresent()) {
            return abort(look, Reason.NOTHING_TO_MOVE, hole.get());
        }
        if (!look.seen().missingPermissions().isEmpty()) {
            return look.pause(
                    Reason.PERMISSION_MISSING,
                    "the agent lacks rights that version " + plan.to().version() + " needs: "
                            + String.join("; ", look.seen().missingPermissions())
                            + ". Upgrade the agent's chart with the cluster's install values, then resume");
        }
        Optional<Ungranted> ungranted = look.seen().ungranted();
        if (ungranted.isPresent()) {
            return look.pause(Reason.PERMISSION_MISSING, sentence(ungranted.get()));
        }
        if (look.agentAway()) {
            return look.waiting(Reason.AGENT_UNREACHABLE, look.agentAwaySince(), look.soon());
        }
        Instant deadline = look.now().plus(plan.timing().controlPlaneDeadline());
        return look.decided(
                new Decision.StartWave(
                        Decision.StartWave.CONTROL_PLANE,
                        Reason.PRECHECK_PASSED,
                        "control plane " + plan.to().revision() + " is installed beside "
                                + plan.from().revision()),
                look.state().at(step.installing(deadline)),
                List.of(new Effect.InstallControlPlane(plan.to())),
                look.soon());
    }

    private static String sentence(Ungranted ungranted) {
        List<String> rights = ungranted.rights();
        return "release " + ungranted.release() + " needs rights that the agent of this cluster was never given: "
                + String.join("; ", rights.subList(0, Math.min(NAMED_RIGHTS, rights.size())))
                + (rights.size() > NAMED_RIGHTS ? "; ..." : "")
                + ". Add " + ungranted.release()
                + " to spec.lifecycleReleases of the cluster, run its install lines again, then resume";
    }

    private static Optional<String> nothingToMove(Look look) {
        if (look.plan().waves().isEmpty()) {
            return Optional.of("the rollout has no waves");
        }
        SortedSet<String> seenInEarlierWave = new TreeSet<>();
        for (Plan.PlannedWave wave : look.plan().waves()) {
            if (wave.namespaces().isEmpty()) {
                return Optional.of(wave.title() + " holds no namespace");
            }
            for (String namespace : wave.namespaces()) {
                if (!look.seen().placements().containsKey(namespace)) {
                    return Optional.of(wave.title() + ": namespace " + namespace
                            + " is not placed on a revision of the installation");
                }
                if (!seenInEarlierWave.add(namespace)) {
                    return Optional.of(wave.title() + ": namespace " + namespace + " is in an earlier wave too");
                }
            }
        }
        return Optional.empty();
    }

    private static Decided abort(Look look, Reason reason, String message) {
        return look.decided(
                new Decision.Abort(reason, message),
                look.state().at(new Step.Done(Phase.ABORTED)),
                List.of(new Effect.SetVersionReached(false, "Aborted", message)),
                look.now().plus(Look.RARELY));
    }

    static Decided canary(Look look, Step.ControlPlaneCanary step) {
        Optional<Failure> failure = failure(look);
        if (failure.isPresent()) {
            return failed(look, step, failure.get());
        }
        if (isReady(look)) {
            Instant until = look.now().plus(look.plan().timing().controlPlaneSoak());
            return look.decided(
                    new Decision.Wait(
                            Reason.CONTROL_PLANE_SOAKING, title(look) + " is ready; it is watched until " + until),
                    look.state().at(step.ready(until)),
                    List.of(),
                    look.soonOr(until));
        }
        if (!look.now().isBefore(step.deadline())) {
            return WayBack.start(
                    look,
                    Failure.of(
                            Reason.CONTROL_PLANE_DEADLINE,
                            title(look) + " was not ready by " + step.deadline() + refusals(look)),
                    new TreeSet<>());
        }
        return look.at(look.state().at(step.notFailed()))
                .waiting(
                        Reason.CONTROL_PLANE_INSTALLING,
                        title(look) + " is not ready yet; it has until " + step.deadline() + refusals(look),
                        look.soonOr(step.deadline()));
    }

    /** A check that ran out of time fails a control plane which is ready a little later: only what stays failed counts. */
    private static Decided failed(Look look, Step.ControlPlaneCanary step, Failure failure) {
        Step.ControlPlaneCanary failed = step.failed(look.now());
        Instant patienceEnds = failed.failedSince().orElse(look.now()).plus(FAILURE_PATIENCE);
        boolean over = !look.now().isBefore(patienceEnds) || !look.now().isBefore(step.deadline());
        return over
                ? WayBack.start(look, failure, new TreeSet<>())
                : look.at(look.state().at(failed))
                        .waiting(
                                Reason.CONTROL_PLANE_INSTALLING,
                                failure.message() + "; taken away if that stays so until " + patienceEnds,
                                look.soonOr(patienceEnds));
    }

    static Decided soak(Look look, Step.ControlPlaneSoak step) {
        Optional<Failure> failure = failure(look);
        if (failure.isPresent()) {
            return WayBack.start(look, failure.get(), new TreeSet<>());
        }
        if (look.now().isBefore(step.until())) {
            return look.waiting(
                    Reason.CONTROL_PLANE_SOAKING,
                    title(look) + " is watched until " + step.until(),
                    look.soonOr(step.until()));
        }
        Optional<Failure> notReady = notReady(look);
        if (notReady.isPresent()) {
            return look.waiting(notReady.get().reason(), notReady.get().message(), look.soon());
        }
        if (!isReady(look)) {
            Failure lost =
                    Failure.of(Reason.CONTROL_PLANE_FAILED, title(look) + " is not ready any more after its soak");
            return WayBack.start(look, lost, new TreeSet<>());
        }
        return look.decided(
                new Decision.Wait(Reason.CONTROL_PLANE_HELD, title(look) + " stayed ready and rejected nothing"),
                look.state().at(step.held()),
                List.of(),
                look.now());
    }

    /** Remembers since when the control plane is not ready; a mesh status that is too old says nothing. */
    static Look watched(Look look) {
        return switch (look.state().step()) {
            case Step.ControlPlaneSoak _, Step.BeforeWave _, Step.WaveMoving _, Step.WaveSoaking _, Step.Promoted _ ->
                serving(look)
                        .map(serving -> serving.ready()
                                ? Optional.<Instant>empty()
                                : Optional.of(look.state().notReadySince().orElse(look.now())))
                        .map(since -> look.at(look.state().notReadySince(since)))
                        .orElse(look);
            case Step.Precheck _, Step.ControlPlaneCanary _, Step.RollingBack _, Step.Done _ -> look;
        };
    }

    private static Optional<Serving> serving(Look look) {
        return look.seen()
                .meshStatus()
                .serving(look.plan().to().revision())
                .filter(_ -> look.seen().meshStatus().freshWithin(ProxySyncJudge.STATUS_AGE, look.now()));
    }

    /** It is not ready, for however short a time. */
    static Optional<Failure> notReady(Look look) {
        return look.state()
                .notReadySince()
                .map(since -> Failure.of(
                        Reason.CONTROL_PLANE_NOT_READY,
                        title(look) + " is not ready since " + since + problem(serving(look))));
    }

    private static Optional<Failure> lost(Look look) {
        Instant latest = look.now().minus(look.plan().timing().controlPlaneLost());
        return serving(look)
                .filter(serving -> !serving.ready())
                .flatMap(_ -> look.state().notReadySince())
                .filter(since -> !since.isAfter(latest))
                .flatMap(_ -> notReady(look));
    }

    /** What is missing for relying on the control plane alone; not knowing is missing too. */
    static Optional<Failure> notServing(Look look) {
        Optional<Serving> serving = serving(look);
        if (serving.isEmpty()) {
            return Optional.of(Failure.of(
                    Reason.NO_DATA,
                    "whether " + title(look) + " serves its proxies is not known, the mesh status was last read "
                            + look.seen().meshStatus().lastRead()));
        }
        if (!serving.get().ready()) {
            return Optional.of(
                    Failure.of(Reason.CONTROL_PLANE_NOT_READY, title(look) + " is not ready" + problem(serving)));
        }
        if (!serving.get().problem().isEmpty()) {
            return Optional.of(Failure.of(
                    Reason.NO_DATA,
                    "whether " + title(look) + " serves all its proxies is not known" + problem(serving)));
        }
        long notSynced = serving.get().notSynced();
        return notSynced == 0
                ? Optional.empty()
                : Optional.of(Failure.of(
                        Reason.PROXY_NOT_SYNCED,
                        notSynced + " proxies have not taken over the configuration of " + title(look)));
    }

    private static String problem(Optional<Serving> serving) {
        return serving.map(Serving::problem)
                .filter(problem -> !problem.isEmpty())
                .map(problem -> ": " + problem)
                .orElse("");
    }

    /** A failed control plane, one that is not ready any more, or one whose configuration proxies refuse. */
    static Optional<Failure> failure(Look look) {
        String revision = look.plan().to().revision();
        ControlPlane seen = look.seen().controlPlanes().get(revision);
        if (seen != null && seen.state() == ControlPlaneState.FAILED) {
            return Optional.of(Failure.of(
                    Reason.CONTROL_PLANE_FAILED, title(look) + " failed: " + seen.reason() + refusals(look)));
        }
        long rejected = look.seen().meshStatus().rejected(revision);
        return rejected == 0
                ? lost(look)
                : Optional.of(Failure.of(
                        Reason.CONFIGURATION_REJECTED, rejected + " proxies rejected configuration of " + title(look)));
    }

    private static boolean isReady(Look look) {
        ControlPlane seen = look.seen().controlPlanes().get(look.plan().to().revision());
        return seen != null && seen.state() == ControlPlaneState.READY;
    }

    /** What the agent refused lately; it may be older than this rollout, so it explains and never decides. */
    static String refusals(Look look) {
        String layer = "controlPlane[" + look.plan().to().revision() + "]";
        String refusal = look.seen().rejections().get(layer);
        return refusal == null ? "" : " (the agent refused layer " + layer + ": " + refusal + ")";
    }

    private static String title(Look look) {
        return "control plane " + look.plan().to().revision();
    }
}
