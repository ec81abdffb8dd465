package io.weft.api.cluster;

import com.fasterxml.jackson.databind.JsonNode;
import io.weft.api.http.Condition;
import java.time.Instant;
import java.util.List;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.jspecify.annotations.Nullable;

/** What is known of a cluster; every list is empty when there is nothing to report. */
public record ClusterStatus(
        long observedGeneration,
        boolean reconciling,
        @Nullable String kubernetesVersion,
        Agent agent,
        StateVersion stateVersion,
        JsonNode preflight,
        JsonNode rejections,
        JsonNode findings,
        List<Condition> conditions) {
    /** The agent as it last reported itself. */
    @Schema(name = "ClusterAgent")
    public record Agent(
            @Nullable String version, @Nullable Instant certificateExpireTime, List<String> missingPermissions) {}

    /** Counts of the cluster's desired state; requested minus applied is the lag. */
    public record StateVersion(long requested, long compiled, long applied) {}
}
