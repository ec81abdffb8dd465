package io.weft.upgrade.observe;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.weft.kit.tenancy.TenantTx;
import io.weft.upgrade.decision.Command;
import io.weft.upgrade.decision.Observations;
import io.weft.upgrade.decision.Observations.Agent;
import io.weft.upgrade.decision.Observations.ControlPlane;
import io.weft.upgrade.decision.Observations.ControlPlaneState;
import io.weft.upgrade.decision.Observations.MeshStatus;
import io.weft.upgrade.decision.Observations.Movement;
import io.weft.upgrade.decision.Observations.MovementState;
import io.weft.upgrade.decision.Observations.Ungranted;
import io.weft.upgrade.decision.Plan;
import io.weft.upgrade.decision.State;
import io.weft.upgrade.decision.Step;
import io.weft.upgrade.decision.Telemetry;
import jakarta.inject.Singleton;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

/** Reads everything one decision is made from. */
@Singleton
public final class ObservationReader {
    private static final int MAX_COMMANDS = 20;

    /** What the rows say now, telemetry only as far as the state needs it. */
    public Observations read(TenantTx tx, Subject subject, Plan plan, State state) {
        Optional<ClusterRow> cluster = cluster(tx, subject);
        Observations seen = new Observations(
                releaseImported(tx, subject, plan),
                cluster.map(row -> missingPermissions(row.preflight())).orElse(List.of()),
                state.step() instanceof Step.Precheck ? ungranted(tx, subject, plan) : Optional.empty(),
                cluster.map(row -> rejections(row.rejections())).orElse(Map.of()),
                agent(tx, subject),
                controlPlanes(tx, subject),
                placements(tx, subject),
                movements(tx, subject),
                cluster.map(row -> MeshStatusJson.read(row.meshStatus())).orElse(MeshStatus.UNKNOWN),
                Proofs.read(tx, subject),
                commands(tx, subject),
                Telemetry.NONE);
        return seen.withTelemetry(TrafficReader.read(tx, subject, plan, state, seen));
    }

    private static boolean releaseImported(TenantTx tx, Subject subject, Plan plan) {
        return tx.first(Boolean.class, """
                SELECT EXISTS (SELECT 1 FROM mesh m JOIN mesh_release r ON r.family = m.family
                    WHERE m.id = ? AND r.version = ?)
                """, subject.mesh(), plan.to().version()).orElse(false);
    }

    record TargetRelease(String name, JsonNode lifecycleRules, boolean named) {}

    /** The agent may install what the releases of its cluster's specification grant: their rules are its values (D14). */
    private static Optional<Ungranted> ungranted(TenantTx tx, Subject subject, Plan plan) {
        return tx.first(TargetRelease.class, """
                SELECT r.family || '-' || r.version AS name, r.lifecycle_rules,
                    COALESCE(c.spec -> 'lifecycleReleases', '[]') @> to_jsonb(r.family || '-' || r.version) AS named
                FROM mesh m JOIN mesh_release r ON r.family = m.family CROSS JOIN cluster c
                WHERE m.id = ? AND r.version = ? AND c.id = ?
                """, subject.mesh(), plan.to().version(), subject.cluster())
                .filter(release -> !release.named())
                .map(release -> new Ungranted(
                        release.name(), LifecycleRules.uncovered(granted(tx, subject), release.lifecycleRules())))
                .filter(ungranted -> !ungranted.rights().isEmpty());
    }

    private static JsonNode granted(TenantTx tx, Subject subject) {
        ArrayNode rules = JsonNodeFactory.instance.arrayNode();
        tx.list(JsonNode.class, """
                SELECT r.lifecycle_rules FROM cluster c JOIN mesh_release r
                    ON COALESCE(c.spec -> 'lifecycleReleases', '[]') @> to_jsonb(r.family || '-' || r.version)
                WHERE c.id = ?
                """, subject.cluster()).forEach(release -> release.forEach(rules::add));
        return rules;
    }

    record ClusterRow(JsonNode meshStatus, JsonNode rejections, JsonNode preflight) {}

    private static Optional<ClusterRow> cluster(TenantTx tx, Subject subject) {
        return tx.first(
                ClusterRow.class,
                "SELECT mesh_status, rejections, preflight FROM cluster_status WHERE cluster_id = ?",
                subject.cluster());
    }

    private static List<String> missingPermissions(JsonNode preflight) {
        List<String> missing = new ArrayList<>();
        for (JsonNode finding : preflight) {
            if (finding.path("code").asText().equals("PermissionMissing")) {
                missing.add(
                        finding.path("message").asText(finding.path("object").asText()));
            }
        }
        return missing;
    }

    private static Map<String, String> rejections(JsonNode rejections) {
        Map<String, String> byLayer = new HashMap<>();
        for (JsonNode rejection : rejections) {
            byLayer.putIfAbsent(
                    rejection.path("layer").asText(),
                    rejection.path("object").asText() + ": "
                            + rejection.path("message").asText());
        }
        return byLayer;
    }

    record LinkRow(
            long requestedVersion,
            long appliedVersion,
            boolean controlPlanesApplied,
            Optional<Instant> connectTime,
            Optional<Instant> lastSeenTime,
            Optional<Instant> disconnectTime) {
        /** The times of the last connecting and the last parting say which of them came later. */
        Agent agent() {
            boolean connected = connectTime
                    .filter(connect -> disconnectTime.map(connect::isAfter).orElse(true))
                    .isPresent();
            return new Agent(
                    connected,
                    lastSeenTime,
                    connected ? Optional.empty() : disconnectTime,
                    appliedVersion >= requestedVersion,
                    controlPlanesApplied);
        }
    }

    private static Agent agent(TenantTx tx, Subject subject) {
        return tx.first(LinkRow.class, """
                SELECT requested_version, applied_version, connect_time, last_seen_time, disconnect_time,
                    compiled_version >= requested_version AND NOT EXISTS (
                        SELECT 1 FROM cluster_layer c
                        WHERE c.cluster_id = l.cluster_id AND c.version = l.compiled_version AND c.name LIKE 'controlPlane[%'
                            AND NOT EXISTS (SELECT 1 FROM layer_ack a WHERE a.cluster_id = c.cluster_id AND a.name = c.name
                                AND a.digest = c.layer_digest)) AS control_planes_applied
                FROM agent_link l WHERE cluster_id = ?
                """, subject.cluster())
                .map(LinkRow::agent)
                .orElseGet(() -> new Agent(false, Optional.empty(), Optional.empty(), false, false));
    }

    record ControlPlaneRow(
            String revision,
            String version,
            ControlPlaneState state,
            Optional<String> stateReason,
            boolean isDefault) {}

    private static Map<String, ControlPlane> controlPlanes(TenantTx tx, Subject subject) {
        Map<String, ControlPlane> read = new HashMap<>();
        tx.list(ControlPlaneRow.class, """
                SELECT revision, version, state, state_reason, is_default FROM control_plane WHERE installation_id = ?
                """, subject.installation())
                .forEach(row -> read.put(
                        row.revision(),
                        new ControlPlane(
                                row.version(), row.state(), row.stateReason().orElse(""), row.isDefault())));
        return read;
    }

    record PlacementRow(String namespace, String revision) {}

    private static Map<String, String> placements(TenantTx tx, Subject subject) {
        Map<String, String> read = new HashMap<>();
        tx.list(
                        PlacementRow.class,
                        "SELECT namespace, revision FROM placement WHERE installation_id = ?",
                        subject.installation())
                .forEach(row -> read.put(row.namespace(), row.revision()));
        return read;
    }

    record MovementRow(
            String namespace,
            String revision,
            MovementState state,
            String reason,
            String message,
            Optional<Instant> firstRestartTime,
            Optional<Instant> lastReadyTime,
            Instant reportTime) {}

    private static Map<String, Movement> movements(TenantTx tx, Subject subject) {
        Map<String, Movement> read = new HashMap<>();
        tx.list(MovementRow.class, """
                SELECT m.namespace, m.revision, m.state, m.reason, m.message, m.first_restart_time, m.last_ready_time,
                    m.report_time
                FROM movement m JOIN placement p ON p.cluster_id = m.cluster_id AND p.namespace = m.namespace
                WHERE m.cluster_id = ? AND p.installation_id = ?
                """, subject.cluster(), subject.installation())
                .forEach(row -> read.put(
                        row.namespace(),
                        new Movement(
                                row.revision(),
                                row.state(),
                                row.reason(),
                                row.message(),
                                row.firstRestartTime(),
                                row.lastReadyTime(),
                                row.reportTime())));
        return read;
    }

    record CommandRow(UUID id, Command.Kind command, String reason, String author, Instant time) {}

    private static List<Command> commands(TenantTx tx, Subject subject) {
        return tx.list(CommandRow.class, """
                SELECT id, command, reason, author, time FROM rollout_command
                WHERE rollout_id = ? AND take_time IS NULL ORDER BY time, id LIMIT ?
                """, subject.rollout(), MAX_COMMANDS).stream()
                .map(row -> new Command(row.id(), row.command(), row.reason(), row.author(), row.time()))
                .toList();
    }
}
