package io.weft.api.cluster;

import io.weft.api.http.Checked;
import io.weft.api.http.DurationText;
import io.weft.api.http.RequestField;
import io.weft.api.http.Violations;
import java.time.Duration;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.jspecify.annotations.Nullable;

/** Body of POST of an enrolment token; it has no name, for it lives for minutes. */
@Schema(name = "EnrolmentTokenWrite")
public record TokenWrite(TokenSpec spec) {
    private static final Duration USUAL_LIFE = Duration.ofMinutes(15);
    private static final Duration LONGEST_LIFE = Duration.ofHours(1);

    /**
     * What the token enrols.
     *
     * @param clusterId the only cluster the token enrols
     * @param lifetime how long it may be used, at most {@code 1h}; absent = {@code 15m}
     */
    @Schema(name = "EnrolmentTokenSpec")
    public record TokenSpec(
            @RequestField(maxLength = 64) String clusterId,
            @RequestField(maxLength = 20) @Nullable String lifetime) implements Checked {
        Duration life() {
            return lifetime == null ? USUAL_LIFE : DurationText.parse(lifetime).orElse(USUAL_LIFE);
        }

        @Override
        public void check(Violations violations, String path) {
            if (lifetime == null) {
                return;
            }
            Duration asked = DurationText.parse(lifetime).orElse(Duration.ZERO);
            if (!asked.isPositive() || asked.compareTo(LONGEST_LIFE) > 0) {
                violations.body(path + ".lifetime", "OUT_OF_RANGE", "must be a duration of at most 1h, such as 15m");
            }
        }
    }
}
