package io.weft.api.access;

import io.weft.api.http.RequestField;
import java.time.Instant;

/** Body of POST of an API key. */
public record ApiKeyWrite(@RequestField(label = true) String name, ApiKeySpec spec) {
    /**
     * What the key is for.
     *
     * @param role what the key may do
     * @param expireTime from when on it is refused, at most a year from now
     */
    public record ApiKeySpec(
            @RequestField(oneOf = {"viewer", "editor", "operator", "admin", "auditor"})
            String role,

            Instant expireTime) {}
}
