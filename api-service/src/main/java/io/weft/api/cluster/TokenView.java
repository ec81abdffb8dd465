package io.weft.api.cluster;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.weft.api.http.Positioned;
import io.weft.api.http.Prefix;
import io.weft.api.http.Viewed;
import io.weft.kit.id.PublicId;
import java.time.Duration;
import java.time.Instant;
import java.util.UUID;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.jspecify.annotations.Nullable;

/**
 * An enrolment token as it is answered.
 *
 * @param token the token itself, in the answer to its creation only
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record TokenView(
        String id,
        long generation,
        Instant createTime,
        TokenWrite.TokenSpec spec,
        Status status,
        @Nullable String token)
        implements Viewed {
    /** Until when the token may be used, and what became of it. */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    @Schema(name = "EnrolmentTokenStatus")
    public record Status(
            Instant expireTime,
            @Nullable Instant useTime,
            @Nullable Instant revokeTime) {}

    record TokenRow(
            UUID id,
            UUID clusterId,
            Instant createTime,
            Instant expireTime,
            @Nullable Instant useTime,
            @Nullable Instant revokeTime)
            implements Positioned {}

    static TokenView from(TokenRow row) {
        long seconds = Duration.between(row.createTime(), row.expireTime()).toSeconds();
        return new TokenView(
                PublicId.format(Prefix.ENROLMENT_TOKEN, row.id()),
                1,
                row.createTime(),
                new TokenWrite.TokenSpec(PublicId.format(Prefix.CLUSTER, row.clusterId()), seconds + "s"),
                new Status(row.expireTime(), row.useTime(), row.revokeTime()),
                null);
    }

    TokenView withToken(String text) {
        return new TokenView(id, generation, createTime, spec, status, text);
    }

    /** Never the token: records end up in log lines. */
    @Override
    public String toString() {
        return "TokenView[" + id + "]";
    }
}
