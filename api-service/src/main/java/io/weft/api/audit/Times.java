package io.weft.api.audit;

import io.weft.kit.problem.Problem;
import io.weft.kit.problem.ProblemType;
import io.weft.kit.seal.SealRange;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.format.DateTimeParseException;
import org.jspecify.annotations.Nullable;

/** Reads {@code from} and {@code to}. */
final class Times {
    private static final Instant LATEST = Instant.parse("9999-01-01T00:00:00Z");

    private Times() {}

    /**
     * The range of two parameters.
     *
     * @throws Problem {@code PARAMETER_INVALID}
     */
    static SealRange range(@Nullable String from, @Nullable String to) {
        Instant begin = read(from, "from");
        Instant end = read(to, "to");
        if (begin != null && end != null && !begin.isBefore(end)) {
            throw Problem.of(ProblemType.PARAMETER_INVALID, "from must lie before to");
        }
        return new SealRange(begin, end, null);
    }

    private static @Nullable Instant read(@Nullable String text, String parameter) {
        if (text == null) {
            return null;
        }
        try {
            Instant time = OffsetDateTime.parse(text).toInstant();
            if (time.isAfter(Instant.EPOCH) && time.isBefore(LATEST)) {
                return time;
            }
        } catch (DateTimeParseException _) {
            // answered below, like a time that no entry has
        }
        throw Problem.of(ProblemType.PARAMETER_INVALID, parameter + " must be a time such as 2026-11-22T03:40:00Z");
    }
}
