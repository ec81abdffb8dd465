package io.weft.api.http;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * One named good state of an object.
 *
 * @param type the good state, such as {@code Applied}
 * @param status {@code True}, {@code False} or {@code Unknown}
 * @param reason stable PascalCase word
 * @param message what to do, empty when nothing
 * @param observedGeneration the generation this was judged for
 * @param lastTransitionTime when the status last changed, absent where it is not recorded
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record Condition(
        String type,
        String status,
        String reason,
        String message,
        long observedGeneration,
        @Nullable Instant lastTransitionTime) {
    public static Condition isTrue(String type, String reason, String message, long generation) {
        return new Condition(type, "True", reason, message, generation, null);
    }

    public static Condition isFalse(String type, String reason, String message, long generation) {
        return new Condition(type, "False", reason, message, generation, null);
    }

    public static Condition unknown(String type, String reason, String message, long generation) {
        return new Condition(type, "Unknown", reason, message, generation, null);
    }
}
