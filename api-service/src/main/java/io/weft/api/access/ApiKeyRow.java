package io.weft.api.access;

import io.weft.api.http.Positioned;
import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

record ApiKeyRow(
        UUID id,
        String name,
        String role,
        UUID serviceAccountId,
        @Nullable UUID clusterId,
        @Nullable String namespace,
        Instant createTime,
        Instant expireTime,
        @Nullable Instant revokeTime,
        @Nullable Instant lastUseTime)
        implements Positioned {}
