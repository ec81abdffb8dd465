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
import java.util.Optional;
import java.util.UUID;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/** A mesh in a cluster as it is answered. */
public record InstallationView(
        String id,
        String name,
        Map<String, String> labels,
        long generation,
        Instant createTime,
        Instant updateTime,
        InstallationWrite.InstallationSpec spec,
        Status status)
        implements Viewed {
    /**
     * What is known of the object.
     *
     * @param namespaces placed on this installation, by name
     */
    @Schema(name = "InstallationStatus")
    public record Status(
            long observedGeneration,
            boolean reconciling,
            List<Components.ControlPlane> controlPlanes,
            List<Components.Proxies> proxies,
            List<String> namespaces,
            List<Condition> conditions) {}

    record InstallationRow(
            UUID id,
            String name,
            JsonNode labels,
            UUID meshId,
            UUID clusterId,
            long generation,
            JsonNode spec,
            Instant createTime,
            Instant updateTime,
            JsonNode meshStatus,
            List<String> namespaces,
            boolean behind)
            implements Positioned {}

    static InstallationView from(InstallationRow row, List<Components.ControlPlaneRow> planes) {
        return new InstallationView(
                PublicId.format(Prefix.INSTALLATION, row.id()),
                row.name(),
                Json.labels(row.labels()),
                row.generation(),
                row.createTime(),
                row.updateTime(),
                Json.read(row.spec(), InstallationWrite.InstallationSpec.class),
                status(row, planes));
    }

    private static Status status(InstallationRow row, List<Components.ControlPlaneRow> planes) {
        Components components = Components.of(planes, row.meshStatus());
        return new Status(
                row.generation(),
                row.behind(),
                components.controlPlanes(),
                components.proxies(),
                row.namespaces(),
                List.of(ready(row, planes)));
    }

    private static Condition ready(InstallationRow row, List<Components.ControlPlaneRow> planes) {
        if (planes.stream().noneMatch(Components.ControlPlaneRow::wanted)) {
            return Condition.isFalse(
                    "Ready", "Removing", "Delete again once no control plane is left", row.generation());
        }
        Optional<Components.ControlPlaneRow> failed =
                planes.stream().filter(plane -> plane.state().equals("failed")).findFirst();
        if (failed.isPresent()) {
            return Condition.isFalse(
                    "Ready", "ControlPlaneFailed", failed.get().stateReason().orElse(""), row.generation());
        }
        boolean installing = planes.stream().anyMatch(plane -> plane.state().equals("installing"));
        return installing
                ? Condition.unknown("Ready", "Installing", "", row.generation())
                : Condition.isTrue("Ready", "ControlPlanesReady", "", row.generation());
    }
}
