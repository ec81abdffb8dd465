package io.weft.api.rollout;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.databind.JsonNode;
import io.weft.api.http.Json;
import io.weft.api.http.Positioned;
import io.weft.api.http.Prefix;
import io.weft.api.http.Viewed;
import io.weft.kit.id.PublicId;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.jspecify.annotations.Nullable;

/** A rollout as it is answered; its plan never changes. */
public record RolloutView(
        String id,
        long generation,
        Instant createTime,
        Instant updateTime,
        RolloutWrite.RolloutSpec spec,
        Status status)
        implements Viewed {
    /**
     * What is known of the object.
     *
     * @param step what is being done, {@code planned} before the orchestrator has looked
     * @param wave name of the wave that moves or soaks
     * @param gates the newest verdict of each gate of the newest wave
     */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    @Schema(name = "RolloutStatus")
    public record Status(
            String meshId,
            String clusterId,
            String phase,
            String step,
            @Nullable String wave,
            String from,
            String to,
            String reason,
            String message,
            List<TargetView> targets,
            List<GateView> gates,
            boolean canRollBack,
            Instant startTime,
            @Nullable Instant endTime) {}

    /** One namespace of a wave; namespace "" of wave "" are the control plane's own steps. */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    @Schema(name = "RolloutTarget")
    public record TargetView(
            String clusterId,
            String wave,
            String namespace,
            String step,
            String phase,
            String revisionBefore,
            @Nullable Instant startTime,
            @Nullable Instant deadline) {}

    /** A gate's verdict over one window; values are null where there was nothing to measure. */
    @Schema(name = "RolloutGate")
    public record GateView(
            String name,
            String wave,
            String verdict,
            Instant windowStart,
            @Nullable Double before,
            @Nullable Double after,
            @Nullable Long requests,
            String message) {}

    record RolloutRow(
            UUID id,
            UUID meshId,
            UUID installationId,
            UUID clusterId,
            String fromVersion,
            String toVersion,
            JsonNode spec,
            String phase,
            JsonNode state,
            String reason,
            String message,
            Instant createTime,
            Instant updateTime,
            @Nullable Instant endTime)
            implements Positioned {
        boolean ended() {
            return List.of("rolledBack", "completed", "aborted").contains(phase);
        }
    }

    static RolloutView from(RolloutRow row, List<TargetView> targets, List<GateView> gates) {
        return new RolloutView(
                PublicId.format(Prefix.ROLLOUT, row.id()),
                1,
                row.createTime(),
                row.updateTime(),
                Json.read(row.spec(), RolloutWrite.RolloutSpec.class),
                new Status(
                        PublicId.format(Prefix.MESH, row.meshId()),
                        PublicId.format(Prefix.CLUSTER, row.clusterId()),
                        row.phase(),
                        row.state().path("step").asText("planned"),
                        wave(row),
                        row.fromVersion(),
                        row.toVersion(),
                        row.reason(),
                        row.message(),
                        targets,
                        gates,
                        row.state().path("canRollBack").asBoolean(false),
                        row.createTime(),
                        row.endTime()));
    }

    private static @Nullable String wave(RolloutRow row) {
        JsonNode position = row.state().path("wave");
        String name =
                row.spec().path("waves").path(position.asInt(-1)).path("name").asText("");
        return position.isNumber() && !name.isEmpty() ? name : null;
    }
}
