package io.weft.upgrade.decision;

import io.weft.upgrade.decision.Observations.Movement;
import io.weft.upgrade.decision.Observations.MovementState;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

/** What the agent says of one wave's move. Reports from before the wave, or of another revision, are not about it. */
record WaveMovement(
        Instant start, SortedSet<String> namespaces, SortedMap<String, Movement> reports, SortedSet<String> moved) {
    /** By so much the agent's clock, which times restarts, may be behind the hub's, which times waves. */
    private static final Duration CLOCK_DIFFERENCE = Duration.ofSeconds(30);

    static WaveMovement of(Plan plan, WaveProgress wave, Observations seen) {
        SortedSet<String> namespaces = plan.wave(wave.position()).namespaces();
        SortedMap<String, Movement> reports = new TreeMap<>();
        SortedSet<String> moved = new TreeSet<>();
        for (String namespace : namespaces) {
            Movement movement = seen.movements().get(namespace);
            if (movement == null || !movement.revision().equals(plan.to().revision())) {
                continue;
            }
            // A namespace that was there before the wave is not reported again: nothing about it changed.
            boolean ofThisWave = !movement.reported().isBefore(wave.start());
            if (ofThisWave) {
                reports.put(namespace, movement);
            }
            if (movement.state() == MovementState.MOVED
                    && (ofThisWave || seen.agent().applied())) {
                moved.add(namespace);
            }
        }
        return new WaveMovement(wave.start(), namespaces, reports, moved);
    }

    boolean complete() {
        return moved.containsAll(namespaces);
    }

    Optional<Instant> firstRestart() {
        return reports.values().stream()
                .flatMap(movement -> movement.firstRestart().stream())
                .filter(this::isOfThisWave)
                .min(Comparator.naturalOrder());
    }

    Optional<Instant> lastReady() {
        return reports.values().stream()
                .flatMap(movement -> movement.lastReady().stream())
                .filter(this::isOfThisWave)
                .max(Comparator.naturalOrder());
    }

    /** The agent reports a namespace that was there already with the times of the move that brought it. */
    private boolean isOfThisWave(Instant time) {
        return !time.isBefore(start.minus(CLOCK_DIFFERENCE));
    }

    Optional<Map.Entry<String, Movement>> firstIn(MovementState state) {
        return reports.entrySet().stream()
                .filter(report -> report.getValue().state() == state)
                .findFirst();
    }
}
