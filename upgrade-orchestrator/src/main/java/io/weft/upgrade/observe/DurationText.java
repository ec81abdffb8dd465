package io.weft.upgrade.observe;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Durations as the API stores them: {@code 250ms}, {@code 90s}, {@code 15m}, {@code 1h30m}. */
final class DurationText {
    private static final Pattern FORM =
            Pattern.compile("(?:(\\d{1,6})h)?(?:(\\d{1,6})m)?(?:(\\d{1,9})s)?(?:(\\d{1,9})ms)?");

    private DurationText() {}

    /** The duration of a field, or {@code otherwise} where the field is absent. */
    static Duration of(JsonNode object, String field, Duration otherwise) {
        String text = object.path(field).asText("");
        if (text.isEmpty()) {
            return otherwise;
        }
        Matcher parts = FORM.matcher(text);
        if (!parts.matches()) {
            throw new IllegalArgumentException(
                    "field " + field + " must be a duration such as 90s or 15m, got " + text);
        }
        return Duration.ofHours(number(parts.group(1)))
                .plusMinutes(number(parts.group(2)))
                .plusSeconds(number(parts.group(3)))
                .plusMillis(number(parts.group(4)));
    }

    private static long number(@Nullable String digits) {
        return digits == null ? 0 : Long.parseLong(digits);
    }
}
