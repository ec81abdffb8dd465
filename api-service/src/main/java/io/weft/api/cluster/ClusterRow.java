package io.weft.api.cluster;

import com.fasterxml.jackson.databind.JsonNode;
import io.weft.api.http.Positioned;
import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** A cluster with what its agent reported. */
record ClusterRow(
        UUID id,
        String name,
        JsonNode labels,
        long generation,
        JsonNode spec,
        Instant createTime,
        Instant updateTime,
        @Nullable String kubernetesVersion,
        @Nullable String agentVersion,
        JsonNode preflight,
        JsonNode rejections,
        JsonNode findings,
        @Nullable Instant certificateNotAfter,
        long requestedVersion,
        long compiledVersion,
        long appliedVersion,
        boolean joined,
        boolean connected)
        implements Positioned {}
