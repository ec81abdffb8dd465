package io.weft.api.rollout;

import com.fasterxml.jackson.databind.JsonNode;
import io.weft.api.http.Json;
import io.weft.api.http.PageRequest;
import io.weft.api.http.Prefix;
import io.weft.api.rollout.RolloutView.GateView;
import io.weft.api.rollout.RolloutView.RolloutRow;
import io.weft.api.rollout.RolloutView.TargetView;
import io.weft.kit.id.PublicId;
import io.weft.kit.id.UuidV7;
import io.weft.kit.tenancy.TenantTx;
import io.weft.kit.work.DueWork;
import jakarta.inject.Singleton;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Rows of rollouts, their waves and targets, decisions and commands. */
@Singleton
class Rollouts {
    private static final String KIND = "rollout";
    private static final String SELECT = """
            SELECT id, mesh_id, installation_id, cluster_id, from_version, to_version, spec, phase, state, reason, message,
                create_time, update_time, end_time FROM rollout
            """;

    record DecisionRow(String decision, String reason, String message, JsonNode inputs, Instant time) {}

    record WaveRow(int position, String name, JsonNode spec) {}

    record CommandRow(
            UUID id,
            String command,
            String reason,
            String author,
            Instant time,
            @Nullable Instant takeTime) {}

    private record TargetRow(
            UUID clusterId,
            String wave,
            String namespace,
            String step,
            String phase,
            String revisionBefore,
            @Nullable Instant startTime,
            @Nullable Instant deadline) {}

    List<RolloutRow> page(
            TenantTx tx,
            PageRequest page,
            @Nullable UUID installation,
            @Nullable UUID cluster,
            @Nullable String phase) {
        return tx.list(
                RolloutRow.class,
                SELECT + "WHERE in_reach(cluster_id, NULL) AND" + PageRequest.AFTER + """
                        AND (?::uuid IS NULL OR installation_id = ?::uuid) AND (?::uuid IS NULL OR cluster_id = ?::uuid)
                        AND (?::text IS NULL OR phase = ?::text) ORDER BY create_time, id LIMIT ?
                        """,
                page.afterTime(),
                page.afterTime(),
                page.afterId(),
                installation,
                installation,
                cluster,
                cluster,
                phase,
                phase,
                page.limit());
    }

    Optional<RolloutRow> find(TenantTx tx, UUID id) {
        return tx.first(RolloutRow.class, SELECT + "WHERE id = ? AND in_reach(cluster_id, NULL)", id);
    }

    Optional<RolloutView> view(TenantTx tx, UUID id) {
        return find(tx, id).map(row -> view(tx, row));
    }

    RolloutView view(TenantTx tx, RolloutRow row) {
        return RolloutView.from(row, targets(tx, row.id()), gates(tx, row.id()));
    }

    List<TargetView> targets(TenantTx tx, UUID id) {
        return tx.list(TargetRow.class, """
                        SELECT t.cluster_id, COALESCE(w.name, '') AS wave, t.namespace, t.step, t.phase, t.revision_before,
                            t.start_time, t.deadline
                        FROM wave_target t LEFT JOIN wave w ON w.tenant_id = t.tenant_id AND w.rollout_id = t.rollout_id
                            AND w.position = t.wave_position
                        WHERE t.rollout_id = ? ORDER BY t.wave_position, t.namespace
                        """, id).stream()
                .map(row -> new TargetView(
                        PublicId.format(Prefix.CLUSTER, row.clusterId()),
                        row.wave(),
                        row.namespace(),
                        row.step(),
                        row.phase(),
                        row.revisionBefore(),
                        row.startTime(),
                        row.deadline()))
                .toList();
    }

    private static List<GateView> gates(TenantTx tx, UUID id) {
        return tx.list(GateView.class, """
                SELECT DISTINCT ON (g.gate) g.gate AS name, COALESCE(w.name, '') AS wave, g.verdict, g.window_start,
                    g.before_value AS before, g.after_value AS after, g.requests, g.message
                FROM gate_result g LEFT JOIN wave w ON w.tenant_id = g.tenant_id AND w.rollout_id = g.rollout_id
                    AND w.position = g.wave_position
                WHERE g.rollout_id = ?
                ORDER BY g.gate, g.wave_position DESC, g.window_start DESC
                """, id);
    }

    List<WaveRow> waves(TenantTx tx, UUID id) {
        return tx.list(
                WaveRow.class, "SELECT position, name, spec FROM wave WHERE rollout_id = ? ORDER BY position", id);
    }

    List<DecisionRow> decisions(TenantTx tx, UUID id) {
        return tx.list(DecisionRow.class, """
                SELECT decision, reason, message, inputs, time FROM decision_log WHERE rollout_id = ?
                ORDER BY lease_epoch DESC LIMIT 500
                """, id);
    }

    List<CommandRow> commands(TenantTx tx, UUID id) {
        return tx.list(CommandRow.class, """
                SELECT id, command, reason, author, time, take_time FROM rollout_command WHERE rollout_id = ?
                ORDER BY time DESC, id DESC LIMIT 500
                """, id);
    }

    UUID create(TenantTx tx, RolloutWrite.RolloutSpec spec, RolloutPlan.Checked plan) {
        UUID id = UuidV7.next();
        tx.update(
                """
                INSERT INTO rollout (tenant_id, id, mesh_id, installation_id, cluster_id, from_version, to_version, spec)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?)
                """,
                tx.tenant(),
                id,
                plan.mesh(),
                plan.installation(),
                plan.cluster(),
                plan.fromVersion(),
                spec.toVersion(),
                Json.of(spec));
        for (int position = 0; position < spec.waves().size(); position++) {
            RolloutWrite.WaveSpec wave = spec.waves().get(position);
            tx.update(
                    "INSERT INTO wave (tenant_id, rollout_id, position, name, spec) VALUES (?, ?, ?, ?, ?)",
                    tx.tenant(),
                    id,
                    position,
                    wave.name(),
                    Json.of(wave));
            tx.update(
                    """
                    INSERT INTO wave_target (tenant_id, rollout_id, wave_position, cluster_id, namespace, step)
                    SELECT ?, ?, ?, ?, namespace, 'dataPlaneWaves' FROM unnest(?::text[]) AS namespace
                    """,
                    tx.tenant(),
                    id,
                    position,
                    plan.cluster(),
                    plan.namespaces().get(position));
        }
        DueWork.scheduleNow(tx, KIND, id, "created");
        return id;
    }

    UUID command(TenantTx tx, UUID rollout, String command, String reason, String author) {
        UUID id = UuidV7.next();
        tx.update(
                "INSERT INTO rollout_command (tenant_id, rollout_id, id, command, reason, author) VALUES (?, ?, ?, ?, ?, ?)",
                tx.tenant(),
                rollout,
                id,
                command,
                reason,
                author);
        DueWork.scheduleNow(tx, KIND, rollout, "command " + command);
        return id;
    }

    /** Namespaces and workloads that still stand on a revision: as the agent reports pods, and moves that have not ended. */
    List<String> stillOn(TenantTx tx, RolloutRow rollout) {
        return tx.list(
                String.class,
                """
                SELECT DISTINCT who FROM (
                    SELECT (x ->> 'namespace') || '/' || (x ->> 'workload') AS who
                    FROM cluster_status s, jsonb_array_elements(COALESCE(s.mesh_status -> 'proxies', '[]')) AS x
                    WHERE s.cluster_id = ? AND x ->> 'revision' IN (
                        SELECT revision FROM control_plane WHERE installation_id = ? AND version = ?)
                    UNION ALL
                    SELECT m.namespace FROM movement m JOIN placement p
                        ON p.tenant_id = m.tenant_id AND p.cluster_id = m.cluster_id AND p.namespace = m.namespace
                    WHERE m.cluster_id = ? AND p.installation_id = ? AND (m.state <> 'moved' OR m.revision <> p.revision)
                    UNION ALL
                    SELECT p.namespace FROM placement p JOIN control_plane c
                        ON c.tenant_id = p.tenant_id AND c.installation_id = p.installation_id AND c.revision = p.revision
                    WHERE p.installation_id = ? AND c.version = ?) AS old
                ORDER BY who
                """,
                rollout.clusterId(),
                rollout.installationId(),
                rollout.fromVersion(),
                rollout.clusterId(),
                rollout.installationId(),
                rollout.installationId(),
                rollout.fromVersion());
    }
}
