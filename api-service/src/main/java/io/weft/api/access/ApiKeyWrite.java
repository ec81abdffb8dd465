package io.weft.api.access;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.weft.api.http.RequestField;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** Body of POST of an API key. */
public record ApiKeyWrite(@RequestField(label = true) String name, ApiKeySpec spec) {
    /**
     * What the key is for.
     *
     * @param role of what its account may do, the key may only what this role includes
     * @param expireTime from when on it is refused, at most a year from now
     * @param serviceAccountId who holds it; absent = the caller's own account
     * @param clusterId the key works in this cluster only; absent = wherever its account may act
     * @param namespace the key works in this namespace of that cluster only
     */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record ApiKeySpec(
            @RequestField(oneOf = {"viewer", "editor", "operator", "admin", "auditor"})
            String role,

            Instant expireTime,
            @RequestField(maxLength = 40) @Nullable String serviceAccountId,
            @RequestField(maxLength = 40) @Nullable String clusterId,
            @RequestField(label = true) @Nullable String namespace) {}
}
