package io.weft.upgrade.executor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.weft.kit.id.TenantId;
import io.weft.kit.tenancy.DatabaseException;
import io.weft.kit.tenancy.TenantTransactions;
import io.weft.testkit.MutableClock;
import io.weft.testkit.TestDatabase;
import io.weft.upgrade.decision.Decided;
import io.weft.upgrade.decision.Rollouts;
import io.weft.upgrade.observe.ObservationReader;
import io.weft.upgrade.observe.PlanReader;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Whole rollouts over real rows, as the orchestrator's own login. */
class RolloutExecutorIT {
    private static TestDatabase database;
    private static TenantTransactions transactions;

    private final MutableClock clock = new MutableClock(Instant.parse("2026-01-15T12:00:00Z"));
    private final RolloutExecutor executor =
            new RolloutExecutor(new PlanReader(new StandardTiming()), new ObservationReader(), _ -> clock.instant());

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
        return transactions.in(new TenantId(cluster.tenant), tx -> executor.look(tx, cluster.rollout));
    }

    private String run(RowsCluster cluster, int steps) {
        for (int step = 0; step < steps && look(cluster).isPresent(); step++) {
            cluster.tenSeconds();
        }
        return phase(cluster);
    }

    private static String phase(RowsCluster cluster) {
        return cluster.text("SELECT phase FROM rollout WHERE tenant_id = :tenant");
    }

    private static List<String> decisions(RowsCluster cluster) {
        return cluster
                .query("SELECT decision FROM decision_log WHERE tenant_id = '" + cluster.tenant
                        + "' AND decision <> 'Wait' ORDER BY lease_epoch")
                .stream()
                .map(row -> row[0])
                .toList();
    }

    private RowsCluster arrangedCluster(String name, String... namespaces) {
        RowsCluster cluster = new RowsCluster(database, clock, name).withRollout(namespaces);
        for (int i = 0; i < 8; i++) {
            cluster.tenSeconds();
        }
        return cluster;
    }

    @Test
    void aGoodVersionMovesWaveByWaveAndReplacesTheOldControlPlane() {
        try (RowsCluster cluster = arrangedCluster("good", "shop", "pay")) {
            String phase = run(cluster, 80);

            assertThat(phase)
                    .as(cluster.text("SELECT reason || ': ' || message FROM rollout WHERE tenant_id = :tenant"))
                    .isEqualTo("completed");
            assertThat(decisions(cluster))
                    .containsExactly("StartWave", "StartWave", "StartWave", "Promote", "Complete");
            assertThat(cluster.text(
                            "SELECT string_agg(DISTINCT revision, ',') FROM placement WHERE tenant_id = :tenant"))
                    .isEqualTo("1-27-0");
            assertThat(cluster.text("SELECT count(deadline)::text FROM placement WHERE tenant_id = :tenant"))
                    .isEqualTo("0");
            assertThat(cluster.text(
                            "SELECT wanted::text FROM control_plane WHERE revision = '1-26-0' AND tenant_id = :tenant"))
                    .isEqualTo("false");
            assertThat(cluster.text("SELECT is_default::text FROM control_plane WHERE revision = '1-27-0'"
                            + " AND tenant_id = :tenant"))
                    .isEqualTo("true");
            assertThat(cluster.text("SELECT conditions -> 0 ->> 'status' FROM mesh WHERE tenant_id = :tenant"))
                    .isEqualTo("True");
            assertThat(cluster.text(
                            "SELECT string_agg(DISTINCT phase, ',') FROM wave_target WHERE tenant_id = :tenant"))
                    .isEqualTo("completed");
            assertThat(cluster.text(
                            "SELECT count(*)::text FROM gate_result WHERE verdict = 'fail' AND tenant_id = :tenant"))
                    .isEqualTo("0");
        }
    }

    @Test
    void aReleaseWhoseRightsNoReleaseOfTheClusterBroughtWaitsForThem() {
        try (RowsCluster cluster = arrangedCluster("rights", "shop")) {
            cluster.releases("istio-1.26.0");
            cluster.rules("1.26.0", "[{\"apiGroups\":[\"\"],\"resources\":[\"pods\"],\"verbs\":[\"get\"]}]");
            cluster.rules("1.27.0", "[{\"apiGroups\":[\"\"],\"resources\":[\"pods\"],\"verbs\":[\"get\",\"list\"]}]");
            look(cluster);
            assertThat(phase(cluster)).isEqualTo("paused");
            assertThat(cluster.text("SELECT message FROM rollout WHERE tenant_id = :tenant"))
                    .contains("istio-1.27.0")
                    .contains("list of pods");

            cluster.releases("istio-1.26.0", "istio-1.27.0");
            cluster.command("resume");
            look(cluster);
            look(cluster);

            assertThat(phase(cluster)).isEqualTo("running");
        }
    }

    @Test
    void aPromotionWhoseControlPlaneLayerIsNotAcknowledgedDoesNotComplete() {
        try (RowsCluster cluster = arrangedCluster("unacknowledged", "shop")) {
            while (!decisions(cluster).contains("Promote")) {
                look(cluster);
                cluster.tenSeconds();
            }
            cluster.layer("controlPlane[1-27-0]", "sha256:new");

            assertThat(run(cluster, 20)).isEqualTo("paused");
            assertThat(cluster.text("SELECT reason FROM rollout WHERE tenant_id = :tenant"))
                    .isEqualTo("PromotionNotApplied");

            cluster.command("resume");
            cluster.acknowledge("controlPlane[1-27-0]", "sha256:new");
            assertThat(run(cluster, 20)).isEqualTo("completed");
        }
    }

    @Test
    void aLookHappensAtTheDatabasesTime() {
        try (RowsCluster cluster = arrangedCluster("time", "shop")) {
            RolloutExecutor own = new RolloutExecutor(new PlanReader(new StandardTiming()), new ObservationReader());

            boolean same = transactions.in(new TenantId(cluster.tenant), tx -> {
                own.look(tx, cluster.rollout);
                return tx.first(Boolean.class, "SELECT update_time = now() FROM rollout WHERE id = ?", cluster.rollout)
                        .orElseThrow();
            });

            assertThat(same).isTrue();
        }
    }

    @Test
    void aBadVersionIsTakenBackWhileItsFirstWaveMovesAndItsControlPlaneGoes() {
        try (RowsCluster cluster = arrangedCluster("bad", "shop", "pay")) {
            cluster.failureShare = 0.2;

            String phase = run(cluster, 60);

            assertThat(phase).isEqualTo("rolledBack");
            assertThat(decisions(cluster)).containsExactly("StartWave", "StartWave", "RollBack", "RollBack");
            assertThat(cluster.text(
                            "SELECT string_agg(DISTINCT revision, ',') FROM placement WHERE tenant_id = :tenant"))
                    .isEqualTo("1-26-0");
            assertThat(cluster.text("SELECT count(*)::text FROM control_plane WHERE wanted AND tenant_id = :tenant"))
                    .isEqualTo("1");
            assertThat(cluster.text("SELECT conditions -> 0 ->> 'reason' FROM mesh WHERE tenant_id = :tenant"))
                    .isEqualTo("RolledBack");
            assertThat(cluster.text("SELECT conditions -> 0 ->> 'message' FROM mesh WHERE tenant_id = :tenant"))
                    .contains("gate successRate (SuccessRateFell)")
                    .contains("namespace shop");
            assertThat(cluster.text("SELECT version FROM mesh WHERE tenant_id = :tenant"))
                    .isEqualTo("1.27.0");
            assertThat(cluster.text("SELECT string_agg(namespace || ' ' || phase, ',' ORDER BY wave_position)"
                            + " FROM wave_target WHERE wave_position >= 0 AND tenant_id = :tenant"))
                    .isEqualTo("shop rolledBack,pay planned");
            assertThat(cluster.text("SELECT string_agg(DISTINCT gate, ',') FROM gate_result WHERE verdict = 'fail'"
                            + " AND tenant_id = :tenant"))
                    .isEqualTo("successRate");
        }
    }

    @Test
    void everyLoggedDecisionReplaysFromItsStoredInputs() throws Exception {
        try (RowsCluster cluster = arrangedCluster("replay", "shop")) {
            cluster.failureShare = 0.2;
            run(cluster, 60);

            List<String[]> log = cluster.query("SELECT decision, reason, message, inputs FROM decision_log"
                    + " WHERE tenant_id = '" + cluster.tenant + "' ORDER BY lease_epoch");

            assertThat(log).hasSizeGreaterThan(5);
            for (String[] row : log) {
                DecisionJson.Inputs inputs =
                        DecisionJson.read(new ObjectMapper().readTree(row[3]), DecisionJson.Inputs.class);
                Decided again = Rollouts.decide(inputs.plan(), inputs.state(), inputs.seen(), inputs.now());
                assertThat(again.decision().name()).isEqualTo(row[0]);
                assertThat(again.decision().reason().code()).isEqualTo(row[1]);
                assertThat(again.decision().message()).isEqualTo(row[2]);
            }
        }
    }

    @Test
    void dyingBeforeAnyWriteOfADecisionLeavesNothingAndTheNextLookDecidesTheSame() {
        for (String table : List.of(
                "gate_result", "placement", "agent_link", "due_work", "decision_log", "audit_entry", "wave_target")) {
            try (RowsCluster cluster = arrangedCluster("dies-at-" + table.replace('_', '-'), "shop")) {
                cluster.failureShare = 0.2;
                while (!decisions(cluster).equals(List.of("StartWave", "StartWave"))) {
                    look(cluster);
                    cluster.tenSeconds();
                }
                cluster.tenSeconds();
                String before = fingerprint(cluster);
                refuseWritesTo(table);

                assertThatThrownBy(() -> look(cluster)).as(table).isInstanceOf(DatabaseException.class);

                assertThat(fingerprint(cluster)).as(table).isEqualTo(before);
                allowWritesTo(table);
                assertThat(run(cluster, 40)).as(table).isEqualTo("rolledBack");
                assertThat(decisions(cluster)).containsExactly("StartWave", "StartWave", "RollBack", "RollBack");
            }
        }
    }

    private static String fingerprint(RowsCluster cluster) {
        return cluster.text("SELECT (SELECT phase || state::text || lease_epoch FROM rollout WHERE tenant_id = :tenant)"
                + " || (SELECT string_agg(revision, ',') FROM placement WHERE tenant_id = :tenant)"
                + " || (SELECT requested_version::text FROM agent_link WHERE tenant_id = :tenant)"
                + " || (SELECT count(*)::text FROM decision_log WHERE tenant_id = :tenant)"
                + " || (SELECT count(*)::text FROM gate_result WHERE tenant_id = :tenant)"
                + " || (SELECT count(*)::text FROM audit_entry WHERE tenant_id = :tenant)");
    }

    private static void refuseWritesTo(String table) {
        database.execute("CREATE OR REPLACE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS"
                + " $$ BEGIN RAISE EXCEPTION 'killed here'; END $$");
        database.execute("CREATE TRIGGER refuse BEFORE INSERT OR UPDATE ON " + table
                + " FOR EACH ROW EXECUTE FUNCTION refuse()");
    }

    private static void allowWritesTo(String table) {
        database.execute("DROP TRIGGER refuse ON " + table);
    }

    @Test
    void twoOrchestratorsAtOnceNeverDecideUnderTheSameLease() throws Exception {
        try (RowsCluster cluster = arrangedCluster("two", "shop", "pay");
                ExecutorService pool = Executors.newFixedThreadPool(4)) {
            for (int step = 0; step < 60 && !phase(cluster).equals("completed"); step++) {
                Callable<Optional<Instant>> look = () -> look(cluster);
                for (Future<Optional<Instant>> future : pool.invokeAll(List.of(look, look, look, look))) {
                    future.get();
                }
                cluster.tenSeconds();
            }

            assertThat(phase(cluster)).isEqualTo("completed");
            assertThat(decisions(cluster))
                    .containsExactly("StartWave", "StartWave", "StartWave", "Promote", "Complete");
        }
    }

    @Test
    void aLookThatWasOvertakenCannotWrite() {
        try (RowsCluster cluster = arrangedCluster("overtaken", "shop")) {
            assertThatThrownBy(() -> transactions.in(new TenantId(cluster.tenant), tx -> {
                        RolloutRow row = RolloutStore.lease(tx, cluster.rollout).orElseThrow();
                        RolloutRow stale = new RolloutRow(
                                row.id(),
                                row.meshId(),
                                row.installationId(),
                                row.clusterId(),
                                row.fromVersion(),
                                row.toVersion(),
                                row.spec(),
                                row.phase(),
                                row.state(),
                                row.reason(),
                                row.message(),
                                row.leaseEpoch() - 1);
                        executor.decideAndWrite(tx, stale);
                        return true;
                    }))
                    .isInstanceOf(RolloutStore.LeaseLost.class);
            assertThat(cluster.text("SELECT lease_epoch::text FROM rollout WHERE tenant_id = :tenant"))
                    .isEqualTo("0");
        }
    }

    @Test
    void aSecondActiveRolloutOfTheClusterIsRefusedByTheIndex() {
        try (RowsCluster cluster = arrangedCluster("second", "shop")) {
            assertThatThrownBy(() -> cluster.insertRollout(UUID.randomUUID(), "{}"))
                    .hasRootCauseMessage(
                            "ERROR: duplicate key value violates unique constraint \"rollout_one_active_per_cluster\"\n"
                                    + "  Detail: Key (tenant_id, cluster_id)=(" + cluster.tenant + ", "
                                    + cluster.cluster
                                    + ") already exists.");
        }
    }

    @Test
    void aPausedRolloutStaysPausedAndGoesOnWithCommandResume() {
        try (RowsCluster cluster = arrangedCluster("paused", "shop")) {
            look(cluster);
            cluster.tenSeconds();
            cluster.command("pause");
            for (int i = 0; i < 20; i++) {
                look(cluster);
                cluster.tenSeconds();
            }
            assertThat(phase(cluster)).isEqualTo("paused");
            assertThat(cluster.text("SELECT state ->> 'phaseBeforePause' FROM rollout WHERE tenant_id = :tenant"))
                    .isEqualTo("running");

            cluster.command("resume");

            assertThat(run(cluster, 60)).isEqualTo("completed");
            assertThat(cluster.text("SELECT count(*)::text FROM rollout_command WHERE take_time IS NULL"
                            + " AND tenant_id = :tenant"))
                    .isEqualTo("0");
        }
    }

    @Test
    void telemetryThatStopsPausesTheWaveAndNeverPassesIt() {
        try (RowsCluster cluster = arrangedCluster("silent", "shop", "pay")) {
            while (!decisions(cluster).equals(List.of("StartWave", "StartWave"))) {
                look(cluster);
                cluster.tenSeconds();
            }
            cluster.telemetry = false;

            assertThat(run(cluster, 40)).isEqualTo("paused");
            assertThat(cluster.text("SELECT reason FROM rollout WHERE tenant_id = :tenant"))
                    .isEqualTo("LateData");
            assertThat(decisions(cluster)).containsExactly("StartWave", "StartWave", "Pause");
        }
    }
}
