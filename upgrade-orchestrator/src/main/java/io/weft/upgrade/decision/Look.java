package io.weft.upgrade.decision;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;

/** One look at a rollout: what every step decides from. */
record Look(Plan plan, State state, Observations seen, Instant now) {
    /** Held rollouts wait for a command; this look only heals a wake-up that got lost. */
    static final Duration RARELY = Duration.ofHours(1);

    Look at(State other) {
        return new Look(plan, other, seen, now);
    }

    Instant soon() {
        return now.plus(plan.timing().lookAgain());
    }

    Instant soonOr(Instant deadline) {
        return deadline.isAfter(now) && deadline.isBefore(soon()) ? deadline : soon();
    }

    Decided waiting(Reason reason, String message, Instant lookAgain) {
        return decided(new Decision.Wait(reason, message), state, List.of(), lookAgain);
    }

    Decided decided(Decision decision, State next, List<Effect> effects, Instant lookAgain) {
        return new Decided(decision, next, effects, List.of(), List.of(), lookAgain);
    }

    /** Stops until somebody commands something; a wave that moves stands still as well. */
    Decided pause(Reason reason, String message) {
        // Deadlines have moved by nothing yet of a hold that this one takes over from.
        Instant since = state.hold().map(Hold::since).orElse(now);
        State held = state.held(new Hold(Hold.Kind.PAUSED, reason, message, since));
        return decided(new Decision.Pause(reason, message), held, placeMovingWave(true), now.plus(RARELY));
    }

    /** Nothing can be decided until the cause goes away; a wave that moves stands still as well. */
    Decided stuck(Reason reason, String message) {
        State held = state.held(new Hold(Hold.Kind.STUCK, reason, message, now));
        return decided(new Decision.Wait(reason, message), held, placeMovingWave(true), soon());
    }

    /** The moving wave on its way to the new revision, or standing still. Without one, nothing. */
    List<Effect> placeMovingWave(boolean paused) {
        return state.step() instanceof Step.WaveMoving moving
                ? List.of(placeNew(moving.wave().position(), paused, moving.deadline()))
                : List.of();
    }

    Effect placeNew(int wave, boolean paused, Instant deadline) {
        Plan.PlannedWave planned = plan.wave(wave);
        return new Effect.Place(
                planned.namespaces(),
                plan.to().revision(),
                planned.maxParallelWorkloads(),
                paused,
                Optional.of(deadline));
    }

    /**
     * The namespaces of the waves back on the revisions they came from. Without a deadline: after one the mover would
     * stop, and a cluster that was away for so long would never come back.
     */
    List<Effect> placeFormer(Iterable<Integer> waves) {
        List<Effect> effects = new ArrayList<>();
        for (int wave : waves) {
            SortedMap<String, TreeSet<String>> byRevision = new TreeMap<>();
            state.revisionsBefore()
                    .getOrDefault(wave, new TreeMap<>())
                    .forEach((namespace, revision) -> byRevision
                            .computeIfAbsent(revision, _ -> new TreeSet<>())
                            .add(namespace));
            byRevision.forEach((revision, namespaces) -> effects.add(new Effect.Place(
                    namespaces, revision, plan.wave(wave).maxParallelWorkloads(), false, Optional.empty())));
        }
        return List.copyOf(effects);
    }

    boolean agentAway() {
        return !seen.agent().connected();
    }

    String agentAwaySince() {
        return seen.agent()
                .lost()
                .or(() -> seen.agent().lastSeen())
                .map(since -> "the agent is away since " + since)
                .orElse("the agent has never connected");
    }
}
