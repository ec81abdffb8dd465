package io.weft.fleet.retention;

import static org.assertj.core.api.Assertions.assertThat;

import io.weft.kit.id.TenantId;
import io.weft.kit.tenancy.TenantTransactions;
import io.weft.testkit.TestDatabase;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class RetentionIT {
    private static final int BATCH = 20;

    private static TestDatabase database;
    private static TenantTransactions transactions;

    private final Retention retention = new Retention(new Small());
    private UUID tenant;
    private UUID cluster;

    @BeforeAll
    static void startDatabase() {
        database = TestDatabase.create();
        transactions = new TenantTransactions(database.dataSource("weft_fleet"));
    }

    @AfterAll
    static void stopDatabase() {
        database.close();
    }

    @BeforeEach
    void anOrganisationWithACluster() {
        tenant = organisation();
        cluster = cluster(tenant);
    }

    @Test
    void windowsOlderThanADayGoInBatchesAndThoseOfOtherOrganisationsStay() {
        UUID stranger = organisation();
        UUID strangers = cluster(stranger);
        windows(tenant, cluster, "25 hours", 2 * BATCH + 1);
        windows(tenant, cluster, "23 hours", 5);
        windows(stranger, strangers, "25 hours", 5);

        assertThat(look()).as("a full batch: at once again").isBeforeOrEqualTo(Instant.now());
        assertThat(count("traffic_10s", cluster)).isEqualTo(BATCH + 1 + 5);
        drain();

        for (String table : List.of("traffic_10s", "resource_10s", "gauge_10s")) {
            assertThat(count(table, cluster)).as(table).isEqualTo(5);
            assertThat(count(table, strangers)).as(table).isEqualTo(5);
        }
    }

    @Test
    void whatIsKeptOfAClusterThatIsGoneGoesWithItsLastWindow() {
        windows(tenant, cluster, "25 hours", 3);
        execute("DELETE FROM cluster WHERE id = ?", cluster);
        execute(
                "UPDATE telemetry_progress SET update_time = now() - interval '25 hours' WHERE cluster_id = ?",
                cluster);

        drain();

        assertThat(count("traffic_10s", cluster)).isZero();
        assertThat(count("telemetry_progress", cluster)).isZero();
    }

    @Test
    void ofEachProbeTheNewestRunsStay() {
        UUID installation = installation();
        UUID often = probe(installation);
        UUID seldom = probe(installation);
        for (int minute = 0; minute < Small.PROBE_RUNS + 3; minute++) {
            run(often, minute);
        }
        run(seldom, 1000);

        drain();

        assertThat(texts("SELECT request FROM probe_run WHERE probe_id = ? ORDER BY end_time DESC", often))
                .containsExactly("0", "1", "2", "3");
        assertThat(texts("SELECT request FROM probe_run WHERE probe_id = ?", seldom))
                .containsExactly("1000");
    }

    @Test
    void layersAndBodiesStayAsLongAsAVersionAControlPlaneOrARenderNamesThem() {
        UUID installation = installation();
        for (String name :
                List.of("passed", "applied", "unacked", "plane", "crds", "rendered", "forgotten", "current")) {
            layer(name, name, "shared");
        }
        layer("unused", "unused", "shared");
        version(1, "passed");
        version(2, "applied");
        version(3, "unacked");
        execute("UPDATE agent_link SET applied_version = 2 WHERE cluster_id = ?", cluster);
        execute(
                "UPDATE control_plane SET layer_digest = 'plane', crds_digest = 'crds', render_key = 'now' WHERE installation_id = ?",
                installation);
        render("now", "current", "100 days");
        render("former", "rendered", "1 day");
        render("longAgo", "forgotten", "100 days");

        drain();

        assertThat(texts("SELECT digest FROM layer WHERE tenant_id = ? ORDER BY digest", tenant))
                .containsExactly("applied", "crds", "current", "plane", "rendered", "unacked");
        assertThat(texts("SELECT digest FROM manifest_body WHERE tenant_id = ? ORDER BY digest", tenant))
                .containsExactly("applied", "crds", "current", "plane", "rendered", "shared", "unacked");
        assertThat(texts("SELECT version FROM cluster_layer WHERE cluster_id = ? ORDER BY version", cluster))
                .containsExactly("2", "3");
    }

    @Test
    void everyOrganisationIsLookedAt() {
        RetentionLoop.schedule(transactions);
        UUID newcomer = organisation();
        RetentionLoop.schedule(transactions);

        for (UUID organisation : List.of(tenant, newcomer)) {
            assertThat(texts("SELECT object_id FROM due_work WHERE kind = 'retention' AND tenant_id = ?", organisation))
                    .containsExactly(organisation.toString());
        }
    }

    private Instant look() {
        return transactions
                .in(new TenantId(tenant), tx -> retention.handle(tx, tenant))
                .orElseThrow();
    }

    private void drain() {
        for (int looks = 0; looks < 100; looks++) {
            if (look().isAfter(Instant.now().plus(Duration.ofMinutes(1)))) {
                return;
            }
        }
        throw new AssertionError("there is always more to remove");
    }

    private static UUID organisation() {
        return database.tenant("org-" + UUID.randomUUID().toString().substring(0, 8));
    }

    private static UUID cluster(UUID organisation) {
        UUID id = UUID.randomUUID();
        execute("INSERT INTO cluster (tenant_id, id, name, spec) VALUES (?, ?, 'local', '{}')", organisation, id);
        execute("INSERT INTO agent_link (tenant_id, cluster_id) VALUES (?, ?)", organisation, id);
        execute(
                "INSERT INTO telemetry_progress (tenant_id, cluster_id, complete_through, run, sequence) VALUES (?, ?, now(), 1, 1)",
                organisation,
                id);
        return id;
    }

    private static void windows(UUID organisation, UUID of, String age, int count) {
        execute("""
                INSERT INTO traffic_10s SELECT ?, ?, now() - ?::interval, 'source', '', n::text, '', '', '', '', 1, 0, 0, 0, 0,
                    '{}', '{}', 0, 0 FROM generate_series(1, ?) n
                """, organisation, of, age, count);
        execute("""
                INSERT INTO resource_10s SELECT ?, ?, now() - ?::interval, 'proxy', '', n::text, '', 0, 0
                FROM generate_series(1, ?) n
                """, organisation, of, age, count);
        execute(
                "INSERT INTO gauge_10s SELECT ?, ?, now() - ?::interval, n::text, '', 0 FROM generate_series(1, ?) n",
                organisation,
                of,
                age,
                count);
    }

    private UUID installation() {
        UUID id = UUID.randomUUID();
        execute("""
                INSERT INTO mesh_release (tenant_id, id, family, version, digest, document, bundle)
                VALUES (?, ?, 'istio', '1.26.0', 'sha256:x', '{}', ''::bytea)
                """, tenant, id);
        execute("""
                INSERT INTO mesh (tenant_id, id, name, family, mode, version, spec)
                VALUES (?, ?, 'm', 'istio', 'sidecar', '1.26.0', '{}')
                """, tenant, id);
        execute(
                "INSERT INTO installation (tenant_id, id, name, mesh_id, cluster_id, spec) VALUES (?, ?, 'i', ?, ?, '{}')",
                tenant,
                id,
                id,
                cluster);
        execute("""
                INSERT INTO control_plane (tenant_id, installation_id, revision, version, release_id, state)
                VALUES (?, ?, '1-26-0', '1.26.0', ?, 'ready')
                """, tenant, id, id);
        return id;
    }

    private UUID probe(UUID installation) {
        UUID id = UUID.randomUUID();
        execute(
                "INSERT INTO policy (tenant_id, id, name, kind, spec) VALUES (?, ?, ?, 'mutualTls', '{}')",
                tenant,
                id,
                "p-" + id);
        execute("""
                INSERT INTO probe (tenant_id, id, policy_id, installation_id, policy_generation, document, digest)
                VALUES (?, ?, ?, ?, 1, '{}', '')
                """, tenant, id, id, installation);
        return id;
    }

    private void run(UUID probe, int minutesAgo) {
        execute("""
                INSERT INTO probe_run (tenant_id, id, probe_id, phase, verdict, request, expected, observed, control,
                    policy_digest, start_time, end_time)
                SELECT ?, ?, ?, 'after', 'passed', ?, '', '', '', '', t, t FROM (SELECT now() - make_interval(mins => ?) AS t) x
                """, tenant, UUID.randomUUID(), probe, Integer.toString(minutesAgo), minutesAgo);
    }

    private void layer(String digest, String... bodies) {
        for (String body : bodies) {
            execute(
                    "INSERT INTO manifest_body (tenant_id, digest, raw_bytes, gz) VALUES (?, ?, 1, ''::bytea) ON CONFLICT DO NOTHING",
                    tenant,
                    body);
        }
        execute("""
                INSERT INTO layer (tenant_id, digest, document) SELECT ?, ?, jsonb_build_object('phases', jsonb_build_array(
                    jsonb_build_object('bodies', jsonb_agg(jsonb_build_object('digest', b))))) FROM unnest(?::text[]) b
                """, tenant, digest, "{" + String.join(",", bodies) + "}");
    }

    private void version(long version, String layer) {
        execute("""
                INSERT INTO cluster_layer (tenant_id, cluster_id, version, position, name, layer_digest)
                VALUES (?, ?, ?, 0, 'policy', ?)
                """, tenant, cluster, version, layer);
    }

    private void render(String key, String layer, String unusedFor) {
        execute(
                "INSERT INTO render (tenant_id, key, layer_digest, use_time) VALUES (?, ?, ?, now() - ?::interval)",
                tenant,
                key,
                layer,
                unusedFor);
    }

    private static int count(String table, UUID of) {
        return Integer.parseInt(texts("SELECT count(*) FROM " + table + " WHERE cluster_id = ?", of)
                .getFirst());
    }

    private static void execute(String sql, Object... values) {
        try (Connection connection = database.superuser();
                PreparedStatement statement = prepare(connection, sql, values)) {
            statement.execute();
        } catch (SQLException e) {
            throw new IllegalStateException(sql, e);
        }
    }

    private static List<String> texts(String sql, Object... values) {
        try (Connection connection = database.superuser();
                PreparedStatement statement = prepare(connection, sql, values);
                ResultSet row = statement.executeQuery()) {
            List<String> texts = new ArrayList<>();
            while (row.next()) {
                texts.add(String.valueOf(row.getString(1)));
            }
            return texts;
        } catch (SQLException e) {
            throw new IllegalStateException(sql, e);
        }
    }

    private static PreparedStatement prepare(Connection connection, String sql, Object... values) throws SQLException {
        PreparedStatement statement = connection.prepareStatement(sql);
        for (int index = 0; index < values.length; index++) {
            statement.setObject(index + 1, values[index]);
        }
        return statement;
    }

    private record Small() implements RetentionConfig {
        static final int PROBE_RUNS = 4;

        @Override
        public Duration every() {
            return Duration.ofMinutes(10);
        }

        @Override
        public Duration telemetry() {
            return Duration.ofHours(24);
        }

        @Override
        public int probeRuns() {
            return PROBE_RUNS;
        }

        @Override
        public Duration renders() {
            return Duration.ofDays(30);
        }

        @Override
        public int batch() {
            return BATCH;
        }
    }
}
