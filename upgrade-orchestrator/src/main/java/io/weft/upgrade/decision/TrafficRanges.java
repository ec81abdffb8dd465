package io.weft.upgrade.decision;

import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.SortedSet;

/**
 * Which complete windows the next decision needs. Every boundary is a multiple of ten seconds of the agent's clock.
 *
 * @param before the shortest useful range before the first restart; {@code longerBefore} is taken where that holds too
 *     few requests of some namespace
 */
public record TrafficRanges(
        SortedSet<String> namespaces,
        Span before,
        Span longerBefore,
        Optional<Span> since,
        Optional<Span> settled,
        Optional<Span> unjudged) {
    static final int WINDOWS_BEFORE = 6;
    static final int WINDOWS_BEFORE_AT_MOST = 30;
    /** So long after the last pod is Ready its caches are cold (D12). */
    static final Duration SETTLING = Duration.ofSeconds(15);
    /** After a long absence the sum since the move stands for the older ones. */
    static final int UNJUDGED_AT_MOST = 30;

    /** Whether a namespace has too few requests in {@link #before} to be compared by itself. */
    public boolean isShort(Map<String, Traffic.BothEnds> before, long minRequests) {
        return namespaces.stream()
                .map(namespace -> before.getOrDefault(namespace, Traffic.BothEnds.NONE))
                .anyMatch(both -> both.destination().requests() < minRequests
                        && both.source().requests() < minRequests);
    }

    /** From inclusive, to exclusive. */
    public record Span(Instant from, Instant to) {
        public long windows() {
            return Duration.between(from, to).dividedBy(Telemetry.WINDOW);
        }

        private static Optional<Span> between(Instant from, Instant to) {
            return from.isBefore(to) ? Optional.of(new Span(from, to)) : Optional.empty();
        }
    }

    /**
     * What to add up for the state.
     *
     * @param completeThrough of the cluster
     * @return empty when no gate needs telemetry now
     */
    public static Optional<TrafficRanges> of(Plan plan, State state, Observations seen, Instant completeThrough) {
        if (!plan.needsTelemetry() || plan.waves().isEmpty()) {
            return Optional.empty();
        }
        Instant through = floor(completeThrough);
        return switch (state.step()) {
            case Step.ControlPlaneSoak _ -> Optional.of(untouched(plan.wave(0).namespaces(), through));
            case Step.BeforeWave next ->
                Optional.of(untouched(plan.wave(next.wave()).namespaces(), through));
            case Step.WaveMoving moving -> Optional.of(moved(plan, moving.wave(), seen, through));
            case Step.WaveSoaking soaking -> Optional.of(moved(plan, soaking.wave(), seen, through));
            case Step.Promoted promoted -> Optional.of(moved(plan, promoted.lastWave(), seen, through));
            case Step.Precheck _, Step.ControlPlaneCanary _, Step.RollingBack _, Step.Done _ -> Optional.empty();
        };
    }

    private static TrafficRanges untouched(SortedSet<String> namespaces, Instant through) {
        return new TrafficRanges(
                namespaces,
                before(through, WINDOWS_BEFORE),
                before(through, WINDOWS_BEFORE_AT_MOST),
                Optional.empty(),
                Optional.empty(),
                Optional.empty());
    }

    private static TrafficRanges moved(Plan plan, WaveProgress wave, Observations seen, Instant through) {
        SortedSet<String> namespaces = plan.wave(wave.position()).namespaces();
        WaveMovement movement = WaveMovement.of(plan, wave, seen);
        // Where nothing had to restart, because all was there already, the move began when that was seen.
        Optional<Instant> firstRestart = movement.firstRestart().or(wave::moved);
        if (firstRestart.isEmpty()) {
            return untouched(namespaces, through);
        }
        Instant restart = floor(firstRestart.get());
        Instant from = wave.countFrom()
                .map(TrafficRanges::ceiling)
                .filter(restart::isBefore)
                .orElse(restart);
        return new TrafficRanges(
                namespaces,
                before(restart, WINDOWS_BEFORE),
                before(restart, WINDOWS_BEFORE_AT_MOST),
                Span.between(from, through),
                movement.lastReady()
                        .or(wave::moved)
                        .map(ready -> latest(from, ceiling(ready.plus(SETTLING))))
                        .flatMap(start -> Span.between(start, through)),
                unjudged(wave, from, through));
    }

    private static Optional<Span> unjudged(WaveProgress wave, Instant from, Instant through) {
        Instant next = latest(from, wave.judgedThrough().orElse(from));
        Instant earliest = through.minus(Telemetry.WINDOW.multipliedBy(UNJUDGED_AT_MOST));
        return Span.between(latest(next, earliest), through);
    }

    private static Span before(Instant end, int windows) {
        return new Span(end.minus(Telemetry.WINDOW.multipliedBy(windows)), end);
    }

    private static Instant latest(Instant one, Instant other) {
        return one.isAfter(other) ? one : other;
    }

    static Instant floor(Instant time) {
        long seconds = Telemetry.WINDOW.toSeconds();
        return Instant.ofEpochSecond(Math.floorDiv(time.getEpochSecond(), seconds) * seconds);
    }

    private static Instant ceiling(Instant time) {
        Instant floor = floor(time);
        return floor.equals(time) ? floor : floor.plus(Telemetry.WINDOW);
    }
}
