package io.weft.upgrade.delivery;

import static org.assertj.core.api.Assertions.assertThat;

import io.weft.kit.id.TenantId;
import io.weft.kit.tenancy.TenantTransactions;
import io.weft.testkit.MutableClock;
import io.weft.testkit.TestDatabase;
import io.weft.upgrade.executor.RowsCluster;
import java.time.Instant;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class DeliveriesIT {
    private static TestDatabase database;
    private static TenantTransactions transactions;

    private final MutableClock clock = new MutableClock(Instant.parse("2026-01-15T12:00:00Z"));
    private final UUID policy = UUID.randomUUID();

    @BeforeAll
    static void start() {
        database = TestDatabase.create();
        transactions = new TenantTransactions(database.dataSource("weft_upgrade"));
    }

    @AfterAll
    static void stop() {
        database.close();
    }

    private Optional<Instant> look(RowsCluster cluster) {
        return transactions.in(new TenantId(cluster.tenant), tx -> new Deliveries(clock).look(tx, policy));
    }

    private void arrange(RowsCluster cluster, String state) {
        cluster.execute(
                "INSERT INTO policy (tenant_id, id, name, kind, generation, spec, update_time)"
                        + " VALUES (?, ?, 'p', 'mutualTls', 2, '{}', ?)",
                cluster.tenant,
                policy,
                clock.instant());
        insertTarget(cluster, "first", 2, state);
        insertTarget(cluster, "second", 1, "applied");
    }

    /** A target of an installation of its own, all in one cluster. */
    private void insertTarget(RowsCluster cluster, String name, int delivered, String state) {
        UUID other = UUID.randomUUID();
        UUID mesh = UUID.randomUUID();
        cluster.execute(
                "INSERT INTO mesh (tenant_id, id, name, family, mode, version, spec) VALUES (?, ?, ?, 'istio', 'sidecar',"
                        + " '1.26.0', '{}')",
                cluster.tenant,
                mesh,
                name);
        cluster.execute(
                "INSERT INTO installation (tenant_id, id, name, mesh_id, cluster_id, spec) VALUES (?, ?, ?, ?, ?, '{}')",
                cluster.tenant,
                other,
                name,
                mesh,
                cluster.cluster());
        cluster.execute(
                "INSERT INTO policy_target (tenant_id, policy_id, installation_id, class, delivered_generation,"
                        + " compiled_generation, applied_generation, state, message) VALUES (?, ?, ?, 'c', ?, ?, 1, ?, 'no')",
                cluster.tenant,
                policy,
                other,
                delivered,
                delivered,
                state);
    }

    private static String requested(RowsCluster cluster) {
        return cluster.text("SELECT requested_version::text FROM agent_link WHERE tenant_id = :tenant");
    }

    private static String least(RowsCluster cluster) {
        return cluster.text("SELECT min(delivered_generation)::text FROM policy_target WHERE tenant_id = :tenant");
    }

    @Test
    void theRemainingTargetIsRaisedAfterFiveSecondsAndItsClusterCompiled() {
        try (RowsCluster cluster = new RowsCluster(database, clock, "waits")) {
            arrange(cluster, "pending");

            assertThat(look(cluster)).isPresent();
            assertThat(least(cluster)).isEqualTo("1");
            clock.set(clock.instant().plusSeconds(5));
            assertThat(look(cluster)).isEmpty();

            assertThat(least(cluster)).isEqualTo("2");
            assertThat(requested(cluster)).isEqualTo("1");
            assertThat(cluster.text("SELECT kind FROM due_work WHERE tenant_id = :tenant"))
                    .isEqualTo("compile");
        }
    }

    @Test
    void aRejectionByTheFirstTargetStopsTheRestAndSaysWhy() {
        try (RowsCluster cluster = new RowsCluster(database, clock, "rejected")) {
            arrange(cluster, "failed");
            clock.set(clock.instant().plusSeconds(30));

            assertThat(look(cluster)).isEmpty();

            assertThat(least(cluster)).isEqualTo("1");
            assertThat(requested(cluster)).isEqualTo("0");
            assertThat(cluster.text(
                            "SELECT reason FROM policy_target WHERE delivered_generation = 1 AND tenant_id = :tenant"))
                    .isEqualTo("DeliveryStopped");
        }
    }

    @Test
    void aRefusalOfTheFirstTargetsCompileStopsTheRestAsWell() {
        try (RowsCluster cluster = new RowsCluster(database, clock, "refused")) {
            arrange(cluster, "refused");
            cluster.execute(
                    "UPDATE policy_target SET compiled_generation = 1, refused_generation = 2 WHERE policy_id = ?"
                            + " AND state = 'refused'",
                    policy);
            clock.set(clock.instant().plusSeconds(30));

            assertThat(look(cluster)).isEmpty();

            assertThat(least(cluster)).isEqualTo("1");
        }
    }
}
