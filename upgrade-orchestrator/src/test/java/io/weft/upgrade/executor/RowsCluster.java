package io.weft.upgrade.executor;

import io.weft.testkit.MutableClock;
import io.weft.testkit.TestDatabase;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Timestamp;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * One organisation's cluster as rows: what fleet-manager and an agent would write, as the simulated time passes. Rows are
 * written by the superuser, so that the orchestrator meets them only through its own login.
 */
public final class RowsCluster implements AutoCloseable {
    static final String OLD = "1-26-0";
    static final String NEW = "1-27-0";
    private static final int REQUESTS = 600;

    public final UUID tenant;
    final UUID cluster = UUID.randomUUID();
    final UUID mesh = UUID.randomUUID();
    final UUID installation = UUID.randomUUID();
    public final UUID rollout = UUID.randomUUID();
    final MutableClock clock;
    private final Connection rows;
    /** Share of requests that the new version fails. */
    double failureShare;

    boolean telemetry = true;

    public RowsCluster(TestDatabase database, MutableClock clock, String name) {
        this.clock = clock;
        this.tenant = database.tenant(name);
        try {
            this.rows = database.superuser();
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
        arrange();
    }

    private void arrange() {
        execute("INSERT INTO cluster (tenant_id, id, name, spec) VALUES (?, ?, 'one', '{}')", tenant, cluster);
        execute("INSERT INTO cluster_status (tenant_id, cluster_id) VALUES (?, ?)", tenant, cluster);
        execute(
                "INSERT INTO agent_link (tenant_id, cluster_id, connect_time, last_seen_time) VALUES (?, ?, ?, ?)",
                tenant,
                cluster,
                clock.instant(),
                clock.instant());
        for (String version : List.of("1.26.0", "1.27.0")) {
            execute(
                    "INSERT INTO mesh_release (tenant_id, id, family, version, digest, document, bundle)"
                            + " VALUES (?, ?, 'istio', ?, 'sha256:0', '{}', '')",
                    tenant,
                    UUID.randomUUID(),
                    version);
        }
        execute(
                "INSERT INTO mesh (tenant_id, id, name, family, mode, version, spec) VALUES (?, ?, 'm', 'istio', 'sidecar',"
                        + " '1.27.0', '{}')",
                tenant,
                mesh);
        execute(
                "INSERT INTO installation (tenant_id, id, name, mesh_id, cluster_id, spec) VALUES (?, ?, 'i', ?, ?, '{}')",
                tenant,
                installation,
                mesh,
                cluster);
        execute(
                "INSERT INTO control_plane (tenant_id, installation_id, revision, version, release_id, is_default, state)"
                        + " SELECT tenant_id, ?, ?, version, id, true, 'ready' FROM mesh_release WHERE version = '1.26.0'"
                        + " AND tenant_id = ?",
                installation,
                OLD,
                tenant);
        execute(
                "INSERT INTO telemetry_progress (tenant_id, cluster_id, complete_through, run, sequence)"
                        + " VALUES (?, ?, ?, 1, 1)",
                tenant,
                cluster,
                clock.instant());
    }

    public UUID cluster() {
        return cluster;
    }

    public UUID installation() {
        return installation;
    }

    /** Places the namespaces on the old revision and plans a rollout with one wave each. */
    public RowsCluster withRollout(String... namespaces) {
        insertRollout(rollout, "{\"finalSoak\":\"30s\"}");
        for (int position = 0; position < namespaces.length; position++) {
            place(namespaces[position]);
            execute(
                    "INSERT INTO wave (tenant_id, rollout_id, position, name, spec) VALUES (?, ?, ?, ?,"
                            + " '{\"soak\":\"60s\",\"maxParallelWorkloads\":2}')",
                    tenant,
                    rollout,
                    position,
                    "w" + position);
            execute(
                    "INSERT INTO wave_target (tenant_id, rollout_id, wave_position, cluster_id, namespace, step)"
                            + " VALUES (?, ?, ?, ?, ?, 'dataPlaneWaves')",
                    tenant,
                    rollout,
                    position,
                    cluster,
                    namespaces[position]);
        }
        return this;
    }

    void insertRollout(UUID id, String spec) {
        execute(
                "INSERT INTO rollout (tenant_id, id, mesh_id, installation_id, cluster_id, from_version, to_version, spec)"
                        + " VALUES (?, ?, ?, ?, ?, '1.26.0', '1.27.0', ?::jsonb)",
                tenant,
                id,
                mesh,
                installation,
                cluster,
                spec);
    }

    private void place(String namespace) {
        execute(
                "INSERT INTO placement (tenant_id, cluster_id, namespace, installation_id, revision) VALUES (?, ?, ?, ?, ?)",
                tenant,
                cluster,
                namespace,
                installation,
                OLD);
        execute(
                "INSERT INTO movement (tenant_id, cluster_id, namespace, revision, placement_digest, state, report_time)"
                        + " VALUES (?, ?, ?, ?, '', 'moved', ?)",
                tenant,
                cluster,
                namespace,
                OLD,
                clock.instant());
    }

    void command(String command) {
        execute(
                "INSERT INTO rollout_command (tenant_id, rollout_id, id, command, reason, author, time)"
                        + " VALUES (?, ?, ?, ?, 'because', 'key_1', ?)",
                tenant,
                rollout,
                UUID.randomUUID(),
                command,
                clock.instant());
    }

    /** The releases that the cluster's specification names. */
    void releases(String... names) {
        execute(
                "UPDATE cluster SET spec = jsonb_build_object('lifecycleReleases', to_jsonb(?::text[])) WHERE tenant_id = ?",
                "{" + String.join(",", names) + "}",
                tenant);
    }

    void rules(String version, String rules) {
        execute(
                "UPDATE mesh_release SET lifecycle_rules = ?::jsonb WHERE tenant_id = ? AND version = ?",
                rules,
                tenant,
                version);
    }

    /** A layer of the version that is compiled now; the simulated agent acknowledges none by itself. */
    void layer(String name, String digest) {
        execute("INSERT INTO layer (tenant_id, digest, document) VALUES (?, ?, '{}')", tenant, digest);
        execute(
                "INSERT INTO cluster_layer (tenant_id, cluster_id, version, position, name, layer_digest)"
                        + " SELECT tenant_id, cluster_id, compiled_version, 0, ?, ? FROM agent_link WHERE tenant_id = ?",
                name,
                digest,
                tenant);
    }

    void acknowledge(String layer, String digest) {
        execute(
                "INSERT INTO layer_ack (tenant_id, cluster_id, name, digest, version)"
                        + " SELECT tenant_id, cluster_id, ?, ?, compiled_version FROM agent_link WHERE tenant_id = ?",
                layer,
                digest,
                tenant);
    }

    /** Ten seconds pass: the agent converges, a window is complete. */
    void tenSeconds() {
        Instant start = clock.instant();
        clock.advance(Duration.ofSeconds(10));
        execute(
                "UPDATE agent_link SET compiled_version = requested_version, applied_version = requested_version,"
                        + " last_seen_time = ? WHERE tenant_id = ?",
                clock.instant(),
                tenant);
        execute(
                "UPDATE control_plane SET state = 'ready' WHERE tenant_id = ? AND wanted AND state = 'installing'",
                tenant);
        execute("DELETE FROM control_plane WHERE tenant_id = ? AND NOT wanted", tenant);
        execute("""
                UPDATE movement m SET revision = p.revision, state = 'moved', report_time = ?, first_restart_time = ?,
                    last_ready_time = ?
                FROM placement p
                WHERE p.tenant_id = m.tenant_id AND p.cluster_id = m.cluster_id AND p.namespace = m.namespace
                    AND p.revision <> m.revision AND NOT p.paused AND m.tenant_id = ?
                """, clock.instant(), start.plusSeconds(1), start.plusSeconds(2), tenant);
        if (telemetry) {
            window(start);
        }
        execute("""
                UPDATE cluster_status s SET mesh_status = jsonb_build_object(
                    'time', to_char(?::timestamptz AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"'),
                    'controlPlanes', (SELECT jsonb_agg(jsonb_build_object('revision', revision, 'version', version, 'ready', true,
                        'connectedProxies', (SELECT count(*) FROM movement m WHERE m.tenant_id = c.tenant_id
                            AND m.revision = c.revision), 'rejected', 0))
                        FROM control_plane c WHERE c.tenant_id = s.tenant_id),
                    'proxies', (SELECT jsonb_agg(jsonb_build_object('namespace', namespace, 'workload', 'web', 'pod', 'web-1',
                        'revision', revision, 'synced', true)) FROM movement m WHERE m.tenant_id = s.tenant_id))
                WHERE tenant_id = ?
                """, clock.instant(), tenant);
    }

    private void window(Instant start) {
        for (String[] namespace :
                query("SELECT namespace, revision FROM movement WHERE tenant_id = '" + tenant + "'")) {
            int failures = namespace[1].equals(NEW) ? (int) (REQUESTS * failureShare) : 0;
            traffic(start, "destination", "", namespace[0], namespace[1], failures);
            traffic(start, "source", "clients", namespace[0], OLD, failures);
        }
        execute(
                "UPDATE telemetry_progress SET complete_through = ? WHERE tenant_id = ?",
                start.plusSeconds(10),
                tenant);
    }

    private void traffic(
            Instant start, String reporter, String source, String namespace, String revision, int failures) {
        execute("""
                INSERT INTO traffic_10s (tenant_id, cluster_id, window_start, reporter, src_namespace, src_workload,
                    dst_namespace, dst_workload, dst_service, revision, rq_2xx, rq_3xx, rq_4xx, rq_5xx, rq_other, bounds, counts,
                    duration_sum, tls_handshakes)
                VALUES (?, ?, ?, ?, ?, '', ?, 'web', 'web', ?, ?, 0, 0, ?, 0, '{1,5,10,25,50,100,250}',
                    ARRAY[300, 200, 80, 15, 3, 1, 1, 0], 900, -1)
                """, tenant, cluster, start, reporter, source, namespace, revision, REQUESTS - failures, failures);
    }

    public String text(String sql) {
        List<String[]> found = query(sql.replace(":tenant", "'" + tenant + "'"));
        return found.isEmpty() || found.getFirst()[0] == null ? "" : found.getFirst()[0];
    }

    List<String[]> query(String sql) {
        try (PreparedStatement statement = rows.prepareStatement(sql);
                ResultSet result = statement.executeQuery()) {
            List<String[]> all = new ArrayList<>();
            while (result.next()) {
                String[] row = new String[result.getMetaData().getColumnCount()];
                for (int i = 0; i < row.length; i++) {
                    row[i] = result.getString(i + 1);
                }
                all.add(row);
            }
            return all;
        } catch (SQLException e) {
            throw new IllegalStateException(sql, e);
        }
    }

    public void execute(String sql, @Nullable Object... values) {
        try (PreparedStatement statement = rows.prepareStatement(sql)) {
            for (int i = 0; i < values.length; i++) {
                statement.setObject(i + 1, values[i] instanceof Instant time ? Timestamp.from(time) : values[i]);
            }
            statement.execute();
        } catch (SQLException e) {
            throw new IllegalStateException(sql, e);
        }
    }

    @Override
    public void close() {
        try {
            rows.close();
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }
}
