package io.weft.upgrade.decision;

import io.weft.upgrade.decision.Observations.MeshStatus;
import io.weft.upgrade.decision.Observations.Movement;
import io.weft.upgrade.decision.Observations.MovementState;
import io.weft.upgrade.decision.Observations.Serving;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;

/**
 * Namespaces return to the revisions they came from: no compile, no render; policies written meanwhile stay. Waves go back
 * one after the other, the last first: all at once would restart more workloads than a wave may.
 */
final class WayBack {
    private static final Duration LOOK_AGAIN_WHEN_STUCK = Duration.ofSeconds(30);

    private WayBack() {}

    /**
     * Begins the way back.
     *
     * @param waves positions of those that go back; none when only the new control plane has to go
     */
    static Decided start(Look look, Failure cause, SortedSet<Integer> waves) {
        List<Effect> effects = new ArrayList<>();
        if (!waves.isEmpty()) {
            effects.addAll(look.placeFormer(List.of(waves.last())));
        }
        if (look.state().step() instanceof Step.Promoted) {
            effects.add(new Effect.MakeDefault(
                    look.plan().from().revision(), look.plan().to().revision()));
        }
        return look.decided(
                new Decision.RollBack(cause.reason(), cause.message()),
                look.state().withoutHold().at(new Step.RollingBack(cause, waves, look.now(), deadline(look))),
                effects,
                waves.isEmpty() ? look.now() : look.soon());
    }

    private static Instant deadline(Look look) {
        return look.now().plus(look.plan().timing().rollbackDeadline());
    }

    static Decided progress(Look look, Step.RollingBack step) {
        Optional<Integer> next = next(look, step);
        boolean late = !look.now().isBefore(step.deadline());
        // One wave that does not get back keeps the others no longer than its own time.
        if (next.isPresent() && (late || missing(look, step).isEmpty())) {
            return place(look, step, next.get());
        }
        Optional<String> obstacle = obstacle(look, step);
        if (obstacle.isEmpty()) {
            return finish(look, step);
        }
        String message = obstacle.get() + "; deadline " + step.deadline();
        if (look.state().stuck()) {
            return look.waiting(Reason.ROLLBACK_DEADLINE, message, look.now().plus(LOOK_AGAIN_WHEN_STUCK));
        }
        if (late) {
            return look.stuck(Reason.ROLLBACK_DEADLINE, message);
        }
        return look.waiting(Reason.ROLLING_BACK, message, look.soonOr(step.deadline()));
    }

    private static Decided place(Look look, Step.RollingBack step, int wave) {
        SortedMap<String, String> missing = missing(look, step);
        String message = look.plan().wave(wave).title() + " goes back now"
                + (missing.isEmpty() ? "" : "; not back in time: " + String.join(", ", missing.values()));
        return look.decided(
                new Decision.RollBack(Reason.ROLLING_BACK, message),
                look.state()
                        .withoutHold()
                        .at(new Step.RollingBack(step.cause(), step.waves(), step.since(), deadline(look))),
                look.placeFormer(List.of(wave)),
                look.soon());
    }

    /** The last wave that is still placed on the new revision. */
    private static Optional<Integer> next(Look look, Step.RollingBack step) {
        return step.waves().stream().filter(wave -> !isPlacedBack(look, wave)).max(Comparator.naturalOrder());
    }

    private static boolean isPlacedBack(Look look, int wave) {
        String target = look.plan().to().revision();
        return look.state().revisionsBefore().getOrDefault(wave, new TreeMap<>()).entrySet().stream()
                .allMatch(before -> before.getValue().equals(target)
                        || !target.equals(look.seen().placements().get(before.getKey())));
    }

    private static Optional<String> obstacle(Look look, Step.RollingBack step) {
        SortedMap<String, String> missing = missing(look, step);
        return missing.isEmpty()
                ? targetInUse(look, step)
                : Optional.of(missing.size() + " namespaces are not back yet: " + String.join(", ", missing.values()));
    }

    /** What may still need the new control plane, where it would be removed; not knowing counts as need. */
    private static Optional<String> targetInUse(Look look, Step.RollingBack step) {
        String target = look.plan().to().revision();
        MeshStatus status = look.seen().meshStatus();
        if (!isUnused(look)) {
            return Optional.empty();
        }
        if (status.time().filter(read -> !read.isBefore(step.since())).isEmpty()) {
            return Optional.of("whether proxies use control plane " + target
                    + " is not known, the mesh status was last read " + status.lastRead());
        }
        Serving serving = status.serving(target).orElse(Serving.NOTHING);
        long users = Math.max(serving.connected(), status.on(target).size());
        if (users > 0) {
            return Optional.of(users + " proxies still use control plane " + target);
        }
        // One that is not ready serves nobody; it could not be asked because it never came up.
        return serving.ready() && !serving.problem().isEmpty()
                ? Optional.of("whether proxies use control plane " + target + " is not known: " + serving.problem())
                : Optional.empty();
    }

    private static boolean isUnused(Look look) {
        return !look.seen().placements().containsValue(look.plan().to().revision());
    }

    /** Namespaces that were sent back and are not, each with what is known of it. */
    private static SortedMap<String, String> missing(Look look, Step.RollingBack step) {
        SortedMap<String, String> missing = new TreeMap<>();
        for (int wave : step.waves()) {
            if (!isPlacedBack(look, wave)) {
                continue;
            }
            Map<String, String> before = look.state().revisionsBefore().getOrDefault(wave, new TreeMap<>());
            before.forEach((namespace, revision) -> {
                if (!isBack(look, step, namespace, revision)) {
                    missing.put(namespace, describe(look, namespace));
                }
            });
        }
        return missing;
    }

    private static boolean isBack(Look look, Step.RollingBack step, String namespace, String revision) {
        String target = look.plan().to().revision();
        boolean leftOvers = !revision.equals(target)
                && look.seen().meshStatus().time().stream().anyMatch(step.since()::isBefore)
                && look.seen().meshStatus().proxies().stream()
                        .anyMatch(proxy -> proxy.namespace().equals(namespace)
                                && proxy.revision().equals(target));
        Movement movement = look.seen().movements().get(namespace);
        // A namespace that the agent had not begun to move is not reported again: then its acknowledgement counts.
        return !leftOvers
                && (revision.equals(target)
                        || (movement != null
                                && movement.revision().equals(revision)
                                && movement.state() == MovementState.MOVED
                                && (!movement.reported().isBefore(step.since())
                                        || look.seen().agent().applied())));
    }

    private static String describe(Look look, String namespace) {
        return Optional.ofNullable(look.seen().movements().get(namespace))
                .map(movement -> namespace + " (" + movement.revision() + " " + movement.state()
                        + (movement.reason().isEmpty() ? "" : ", " + movement.reason()) + ")")
                .orElse(namespace);
    }

    private static Decided finish(Look look, Step.RollingBack step) {
        String target = look.plan().to().revision();
        boolean unused = isUnused(look);
        String message = step.cause().message()
                + (step.waves().isEmpty() ? "; no namespace had to go back" : "; moved back: " + titles(look, step))
                + (unused
                        ? "; control plane " + target + " is removed"
                        : "; earlier namespaces stay on " + target + ", so its control plane stays too");
        List<Effect> effects = new ArrayList<>();
        if (unused) {
            effects.add(new Effect.RemoveControlPlane(target));
        }
        String cause = step.cause().gate().isEmpty()
                ? step.cause().reason().code()
                : "gate " + step.cause().gate() + " (" + step.cause().reason().code() + ")";
        effects.add(new Effect.LiftDeadlines());
        effects.add(new Effect.SetVersionReached(false, "RolledBack", cause + ": " + message));
        return look.decided(
                new Decision.RollBack(Reason.ROLLED_BACK, message),
                look.state().withoutHold().withoutWaves(step.waves()).at(new Step.Done(Phase.ROLLED_BACK)),
                effects,
                look.now().plus(Look.RARELY));
    }

    private static String titles(Look look, Step.RollingBack step) {
        return String.join(
                ", ",
                step.waves().stream()
                        .map(wave -> look.plan().wave(wave).title())
                        .toList());
    }
}
