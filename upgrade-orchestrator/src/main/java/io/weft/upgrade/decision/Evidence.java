package io.weft.upgrade.decision;

import java.time.Instant;
import java.util.List;
import java.util.SortedSet;
import java.util.TreeSet;

/**
 * What the gates of one wave are judged on.
 *
 * @param looks complete windows since the first restart
 * @param window start of the newest complete window
 * @param overdue the soak and the time for its last evidence are over
 */
record Evidence(
        Plan plan, WaveProgress wave, Observations seen, long looks, Instant window, boolean overdue, Instant now) {

    static Evidence of(Plan plan, State state, WaveProgress wave, Observations seen, boolean overdue, Instant now) {
        Instant through = seen.telemetry().completeThrough().orElse(now);
        long looks = TrafficRanges.of(plan, state, seen, through)
                .flatMap(TrafficRanges::since)
                .map(TrafficRanges.Span::windows)
                .orElse(0L);
        Instant window = TrafficRanges.floor(through).minus(Telemetry.WINDOW);
        return new Evidence(plan, wave, seen, looks, window, overdue, now);
    }

    SortedSet<String> namespaces() {
        return plan.wave(wave.position()).namespaces();
    }

    Telemetry telemetry() {
        return seen.telemetry();
    }

    WaveMovement movement() {
        return WaveMovement.of(plan, wave, seen);
    }

    /** Namespaces with any traffic before or since, and never none: "" stands for all of them together. */
    List<String> subjects() {
        SortedSet<String> names = new TreeSet<>(telemetry().before().keySet());
        names.addAll(telemetry().since().keySet());
        return List.copyOf(names);
    }
}
