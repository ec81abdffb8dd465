package io.weft.upgrade.decision;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.SortedSet;
import java.util.UUID;

/**
 * A started wave.
 *
 * @param enforcedBefore what was proven in force when it started
 * @param moved when its last pod was seen on the new revision
 * @param countFrom windows before it are not counted: somebody looked at them and resumed
 * @param judgedThrough end of the last window that was judged by itself
 * @param probesAsked when probe runs were last asked for
 */
public record WaveProgress(
        int position,
        Instant start,
        List<Enforced> enforcedBefore,
        Optional<Instant> moved,
        Optional<Instant> countFrom,
        Optional<Instant> judgedThrough,
        Optional<Instant> probesAsked) {

    /** A policy in one capability class that was proven in force, at one generation. */
    public record Enforced(UUID policy, String capabilityClass, long generation, SortedSet<String> namespaces) {}

    public WaveProgress {
        enforcedBefore = List.copyOf(enforcedBefore);
    }

    static WaveProgress started(int position, Instant now, List<Enforced> enforcedBefore) {
        return new WaveProgress(
                position, now, enforcedBefore, Optional.empty(), Optional.empty(), Optional.empty(), Optional.empty());
    }

    WaveProgress moved(Instant now) {
        return new WaveProgress(
                position, start, enforcedBefore, Optional.of(now), countFrom, judgedThrough, probesAsked);
    }

    WaveProgress countingFrom(Instant now) {
        return new WaveProgress(
                position, start, enforcedBefore, moved, Optional.of(now), Optional.empty(), probesAsked);
    }

    WaveProgress judgedThrough(Instant end) {
        return new WaveProgress(position, start, enforcedBefore, moved, countFrom, Optional.of(end), probesAsked);
    }

    WaveProgress probesAsked(Instant now) {
        return new WaveProgress(position, start, enforcedBefore, moved, countFrom, judgedThrough, Optional.of(now));
    }
}
