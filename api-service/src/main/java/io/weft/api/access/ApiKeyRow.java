package io.weft.api.access;

import io.weft.api.http.Positioned;
import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

record ApiKeyRow(
        UUID id,
        String name,
        String role,
        Instant createTime,
        Instant expireTime,
        @Nullable Instant revokeTime) implements Positioned {}
