package io.weft.api.telemetry;

import io.weft.kit.problem.Problem;
import io.weft.kit.problem.ProblemType;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.format.DateTimeParseException;
import org.jspecify.annotations.Nullable;

/** A range of whole 10-second windows: {@code from} inclusive, {@code to} exclusive. */
record Range(Instant from, Instant to) {
    static final Duration WINDOW = Duration.ofSeconds(10);
    private static final Instant EARLIEST = Instant.EPOCH;
    private static final Instant LATEST = Instant.parse("9999-01-01T00:00:00Z");
    private static final Duration USUAL = Duration.ofMinutes(5);
    private static final Duration LONGEST = Duration.ofHours(24);

    /** Parameters {@code from} and {@code to}; absent = the last five minutes. Both are moved to windows' edges. */
    static Range of(@Nullable String from, @Nullable String to, Instant now) {
        Instant end = to == null ? now : time(to, "to");
        Instant begin = from == null ? end.minus(USUAL) : time(from, "from");
        Range range = new Range(floor(begin), ceiling(end));
        if (!range.from().isBefore(range.to()) || range.length().compareTo(LONGEST.plus(WINDOW.multipliedBy(2))) > 0) {
            throw Problem.of(
                    ProblemType.PARAMETER_INVALID, "from must lie before to, by at most 24h: windows are kept so long");
        }
        return range;
    }

    private static Instant time(String text, String parameter) {
        try {
            Instant time = OffsetDateTime.parse(text).toInstant();
            if (time.isAfter(EARLIEST) && time.isBefore(LATEST)) {
                return time;
            }
            throw Problem.of(
                    ProblemType.PARAMETER_INVALID, parameter + " must lie between " + EARLIEST + " and " + LATEST);
        } catch (DateTimeParseException _) {
            throw Problem.of(ProblemType.PARAMETER_INVALID, parameter + " must be a time such as 2026-11-22T03:40:00Z");
        }
    }

    private static Instant floor(Instant time) {
        return Instant.ofEpochSecond(Math.floorDiv(time.getEpochSecond(), WINDOW.toSeconds()) * WINDOW.toSeconds());
    }

    private static Instant ceiling(Instant time) {
        Instant floor = floor(time);
        return floor.equals(time) ? floor : floor.plus(WINDOW);
    }

    Duration length() {
        return Duration.between(from, to);
    }
}
