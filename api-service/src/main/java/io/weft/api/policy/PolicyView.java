package io.weft.api.policy;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.databind.JsonNode;
import io.weft.api.http.Condition;
import io.weft.api.http.Json;
import io.weft.api.http.Positioned;
import io.weft.api.http.Prefix;
import io.weft.api.http.Viewed;
import io.weft.kit.id.PublicId;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.jspecify.annotations.Nullable;

/** A policy as it is answered. */
public record PolicyView(
        String id,
        String name,
        String kind,
        Map<String, String> labels,
        long generation,
        Instant createTime,
        Instant updateTime,
        JsonNode spec,
        Status status)
        implements Viewed {
    /**
     * What is known of the object.
     *
     * @param deleteTime since when the policy is being removed from the clusters, absent while it is not
     * @param summary number of targets by state
     * @param targets the first 20; all of them under {@code /targets}
     */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    @Schema(name = "PolicyStatus")
    public record Status(
            long observedGeneration,
            boolean reconciling,
            @Nullable Instant deleteTime,
            Map<String, Long> summary,
            List<TargetView> targets,
            List<Condition> conditions) {}

    /**
     * The policy in one capability class of an installation.
     *
     * @param deliveredGeneration the revision that is due there; others come before and after it in order
     * @param proof what the last probe saw, absent when none is authorised or none has run
     */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    @Schema(name = "PolicyTarget")
    public record TargetView(
            String installationId,
            String clusterId,

            @JsonProperty("class") String capabilityClass,

            String state,
            String reason,
            String message,
            long deliveredGeneration,
            long compiledGeneration,
            long appliedGeneration,
            JsonNode losses,
            JsonNode reports,
            JsonNode objects,
            @Nullable JsonNode proof,
            @Nullable Instant proofExpireTime) {
        static TargetView from(TargetRow row) {
            return new TargetView(
                    PublicId.format(Prefix.INSTALLATION, row.installationId()),
                    PublicId.format(Prefix.CLUSTER, row.clusterId()),
                    row.capabilityClass(),
                    row.state(),
                    row.reason(),
                    row.message(),
                    row.deliveredGeneration(),
                    row.compiledGeneration(),
                    row.appliedGeneration(),
                    row.losses(),
                    row.reports(),
                    row.objects(),
                    row.proof(),
                    row.proofExpireTime());
        }
    }

    record PolicyRow(
            UUID id,
            String name,
            String kind,
            JsonNode labels,
            long generation,
            JsonNode spec,
            Instant createTime,
            Instant updateTime,
            @Nullable Instant deleteTime)
            implements Positioned {}

    /** State as of now: a proof that has expired proves nothing (D18), whether or not anybody has written so yet. */
    record TargetRow(
            UUID policyId,
            UUID installationId,
            UUID clusterId,
            String capabilityClass,
            String state,
            String reason,
            String message,
            long deliveredGeneration,
            long compiledGeneration,
            long appliedGeneration,
            JsonNode losses,
            JsonNode reports,
            JsonNode objects,
            @Nullable JsonNode proof,
            @Nullable Instant proofExpireTime) {}

    static PolicyView from(PolicyRow row, List<TargetRow> targets) {
        return new PolicyView(
                PublicId.format(Prefix.POLICY, row.id()),
                row.name(),
                row.kind(),
                Json.labels(row.labels()),
                row.generation(),
                row.createTime(),
                row.updateTime(),
                row.spec(),
                PolicyStatus.of(row, targets));
    }
}
