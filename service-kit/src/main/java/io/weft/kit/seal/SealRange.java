package io.weft.kit.seal;

import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Which part of the log, by the times of entries.
 *
 * @param from inclusive; null: from its beginning
 * @param to exclusive; null: to its end
 * @param after where an earlier check ended; null: at the range's beginning
 */
public record SealRange(
        @Nullable Instant from,
        @Nullable Instant to,
        @Nullable Position after) {

    /** Behind which seal to go on, and through which entries' time was looked for additions. */
    public record Position(long seal, Instant through) {}

    /** The same range, to go on where an earlier check ended. */
    public SealRange behind(Position position) {
        return new SealRange(from, to, position);
    }

    Optional<Instant> lookedThrough() {
        return Optional.ofNullable(after).map(Position::through);
    }

    /** The time behind which entries have not been looked at, exclusive; times have microseconds. */
    Optional<Instant> lookedFrom() {
        Optional<Instant> before = Optional.ofNullable(from).map(time -> time.minus(1, ChronoUnit.MICROS));
        return lookedThrough()
                .filter(looked -> before.isEmpty() || looked.isAfter(before.get()))
                .or(() -> before);
    }

    boolean endsBefore(Instant time) {
        return to != null && !time.isBefore(to);
    }
}
