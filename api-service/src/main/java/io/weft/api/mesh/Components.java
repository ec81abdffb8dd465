package io.weft.api.mesh;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** What runs of a mesh in a cluster, with versions. Counts are null until the agent has reported them. */
public record Components(List<ControlPlane> controlPlanes, List<Proxies> proxies) {
    /**
     * One control plane.
     *
     * @param revision name of this control plane among the installation's
     * @param isDefault new namespaces are placed on it
     * @param message what the control plane itself says is wrong, empty when nothing
     */
    public record ControlPlane(
            String revision,
            String version,
            String state,
            @JsonProperty("default") boolean isDefault,
            @Nullable Long connectedProxies,
            @Nullable Long synced,
            @Nullable Long notSynced,
            @Nullable Long rejected,
            String message) {}

    /** Pods of one workload that run the same proxy. */
    public record Proxies(String namespace, String workload, String version, String revision, long pods) {}

    record ControlPlaneRow(
            UUID installationId,
            String revision,
            String version,
            String state,
            Optional<String> stateReason,
            boolean wanted,
            boolean isDefault) {}

    private record Group(String namespace, String workload, String version, String revision)
            implements Comparable<Group> {
        @Override
        public int compareTo(Group other) {
            return key().compareTo(other.key());
        }

        private String key() {
            return namespace + "\n" + workload + "\n" + version + "\n" + revision;
        }
    }

    static Components of(List<ControlPlaneRow> planes, JsonNode meshStatus) {
        return new Components(
                planes.stream().map(plane -> controlPlane(plane, meshStatus)).toList(), proxies(planes, meshStatus));
    }

    private static ControlPlane controlPlane(ControlPlaneRow plane, JsonNode meshStatus) {
        JsonNode seen = seen(plane.revision(), meshStatus);
        String message = seen.path("message").asText("");
        return new ControlPlane(
                plane.revision(),
                plane.version(),
                plane.state(),
                plane.isDefault(),
                count(seen, "connectedProxies"),
                count(seen, "synced"),
                count(seen, "notSynced"),
                count(seen, "rejected"),
                message.isEmpty() ? plane.stateReason().orElse("") : message);
    }

    private static JsonNode seen(String revision, JsonNode meshStatus) {
        for (JsonNode plane : meshStatus.path("controlPlanes")) {
            if (plane.path("revision").asText().equals(revision)) {
                return plane;
            }
        }
        return meshStatus.path("none");
    }

    private static @Nullable Long count(JsonNode seen, String field) {
        return seen.path(field).isNumber() ? seen.path(field).asLong() : null;
    }

    /** Of this installation only: another mesh of the cluster has other revisions. */
    private static List<Proxies> proxies(List<ControlPlaneRow> planes, JsonNode meshStatus) {
        List<String> revisions = planes.stream().map(ControlPlaneRow::revision).toList();
        Map<Group, Long> pods = new TreeMap<>();
        for (JsonNode proxy : meshStatus.path("proxies")) {
            Group group = new Group(
                    proxy.path("namespace").asText(),
                    proxy.path("workload").asText(),
                    proxy.path("version").asText(),
                    proxy.path("revision").asText());
            if (revisions.contains(group.revision())) {
                pods.merge(group, 1L, Long::sum);
            }
        }
        List<Proxies> proxies = new ArrayList<>();
        pods.forEach((group, count) -> proxies.add(
                new Proxies(group.namespace(), group.workload(), group.version(), group.revision(), count)));
        return proxies;
    }
}
