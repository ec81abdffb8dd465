package io.weft.api.access;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.weft.api.http.Prefix;
import io.weft.api.http.Viewed;
import io.weft.kit.id.PublicId;
import java.time.Instant;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.jspecify.annotations.Nullable;

/**
 * An API key as it is answered.
 *
 * @param secret the key itself, in the answer to its creation only
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record ApiKeyView(
        String id,
        String name,
        long generation,
        Instant createTime,
        ApiKeyWrite.ApiKeySpec spec,
        Status status,
        @Nullable String secret)
        implements Viewed {
    /**
     * When the key ends, and when it was ended before that.
     *
     * @param lastUseTime to about a minute; absent before its first use
     */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    @Schema(name = "ApiKeyStatus")
    public record Status(
            Instant expireTime,
            @Nullable Instant revokeTime,
            @Nullable Instant lastUseTime) {}

    static ApiKeyView from(ApiKeyRow row) {
        return new ApiKeyView(
                PublicId.format(Prefix.API_KEY, row.id()),
                row.name(),
                1,
                row.createTime(),
                new ApiKeyWrite.ApiKeySpec(
                        row.role(),
                        row.expireTime(),
                        PublicId.format(Prefix.SERVICE_ACCOUNT, row.serviceAccountId()),
                        ScopeSpec.clusterId(row.clusterId()),
                        row.namespace()),
                new Status(row.expireTime(), row.revokeTime(), row.lastUseTime()),
                null);
    }

    ApiKeyView withSecret(String text) {
        return new ApiKeyView(id, name, generation, createTime, spec, status, text);
    }

    /** Never the secret: records end up in log lines. */
    @Override
    public String toString() {
        return "ApiKeyView[" + id + "]";
    }
}
