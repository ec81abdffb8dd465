package io.weft.api.mesh;

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

/** A mesh as it is answered. */
public record MeshView(
        String id,
        String name,
        Map<String, String> labels,
        long generation,
        Instant createTime,
        Instant updateTime,
        MeshWrite.MeshSpec spec,
        Status status)
        implements Viewed {
    /** Whether every installation runs the desired version. */
    @Schema(name = "MeshStatus")
    public record Status(long observedGeneration, boolean reconciling, List<Condition> conditions) {}

    /**
     * A mesh with what is installed of it.
     *
     * @param conditions as the orchestrator left them
     * @param behind installations whose default control plane runs another version
     */
    record MeshRow(
            UUID id,
            String name,
            JsonNode labels,
            long generation,
            String family,
            String mode,
            String version,
            JsonNode spec,
            JsonNode conditions,
            Instant createTime,
            Instant updateTime,
            long installations,
            long behind)
            implements Positioned {}

    static MeshView from(MeshRow row) {
        return new MeshView(
                PublicId.format(Prefix.MESH, row.id()),
                row.name(),
                Json.labels(row.labels()),
                row.generation(),
                row.createTime(),
                row.updateTime(),
                Json.read(row.spec(), MeshWrite.MeshSpec.class),
                new Status(row.generation(), row.behind() > 0, List.of(versionReached(row))));
    }

    /** What a rollout concluded holds until somebody writes the mesh again; before that, what runs decides. */
    private static Condition versionReached(MeshRow row) {
        for (JsonNode stored : row.conditions()) {
            boolean rolledBack = stored.path("status").asText().equals("False");
            if (stored.path("type").asText().equals("VersionReached")
                    && stored.path("observedGeneration").asLong() == row.generation()
                    && (rolledBack == row.behind() > 0)) {
                return new Condition(
                        "VersionReached",
                        stored.path("status").asText(),
                        stored.path("reason").asText(),
                        stored.path("message").asText(),
                        row.generation(),
                        stored.hasNonNull("lastTransitionTime")
                                ? Instant.parse(
                                        stored.path("lastTransitionTime").asText())
                                : null);
            }
        }
        if (row.installations() == 0) {
            return Condition.unknown("VersionReached", "NotInstalled", "Install the mesh", row.generation());
        }
        return row.behind() == 0
                ? Condition.isTrue("VersionReached", "AllInstallations", "", row.generation())
                : Condition.isFalse(
                        "VersionReached",
                        "RolloutNeeded",
                        row.behind() + " installation(s) run another version: start a rollout",
                        row.generation());
    }
}
