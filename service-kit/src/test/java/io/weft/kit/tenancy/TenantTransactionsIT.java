package io.weft.kit.tenancy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.weft.kit.id.TenantId;
import io.weft.kit.id.UuidV7;
import io.weft.testkit.Seeds;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class TenantTransactionsIT {
    private static final PooledDatabase DATABASE = new PooledDatabase("weft_api", 2);
    private static final TenantTransactions TENANTS = DATABASE.transactions();
    private static TenantId acme = new TenantId(new UUID(0, 0));
    private static TenantId globex = new TenantId(new UUID(0, 0));

    record ClusterId(UUID value) {}

    enum DemoState {
        READY,
        ROLLING_BACK
    }

    @BeforeAll
    static void twoOrganisations() {
        acme = new TenantId(DATABASE.database().tenant("acme"));
        globex = new TenantId(DATABASE.database().tenant("globex"));
    }

    @AfterAll
    static void end() {
        DATABASE.close();
    }

    private static UUID cluster(TenantTx tx, TenantId owner, String name) {
        UUID id = UuidV7.next();
        tx.update("INSERT INTO cluster (tenant_id, id, name, spec) VALUES (?, ?, ?, '{}')", owner, id, name);
        return id;
    }

    private static List<String> names(Tx tx) {
        return tx.list(String.class, "SELECT name FROM cluster ORDER BY name");
    }

    @Test
    void aTenantSeesItsOwnRowsOnly() {
        TENANTS.in(acme, tx -> cluster(tx, acme, "sees-a"));
        TENANTS.in(globex, tx -> cluster(tx, globex, "sees-b"));

        assertThat(TENANTS.in(acme, TenantTransactionsIT::names))
                .contains("sees-a")
                .doesNotContain("sees-b");
        assertThat(TENANTS.in(globex, TenantTransactionsIT::names))
                .contains("sees-b")
                .doesNotContain("sees-a");
        assertThat(TENANTS.<List<String>>platform(TenantTransactionsIT::names)).isEmpty();
    }

    @Test
    void aForeignRowCannotBeWritten() {
        UUID id = TENANTS.in(acme, tx -> cluster(tx, acme, "not-yours"));

        assertThat(TENANTS.<Integer>in(globex, tx -> tx.update("UPDATE cluster SET name = 'mine' WHERE id = ?", id)))
                .isZero();
        assertThat(TENANTS.<Integer>in(globex, tx -> tx.update("DELETE FROM cluster WHERE id = ?", id)))
                .isZero();
        assertThatThrownBy(() -> TENANTS.in(globex, tx -> cluster(tx, acme, "forged")))
                .isInstanceOfSatisfying(
                        DatabaseException.class, e -> assertThat(e.sqlState()).isEqualTo("42501"));
    }

    @Test
    void tenantsNeverMixOverASmallPool() throws InterruptedException {
        List<Throwable> failures = new ArrayList<>();
        List<Thread> threads = new ArrayList<>();
        for (int thread = 0; thread < 8; thread++) {
            int number = thread;
            threads.add(Thread.ofVirtual().start(() -> {
                try {
                    Seeds.first(60).forEach(random -> oneRandomTransaction(random, number));
                } catch (Throwable e) {
                    synchronized (failures) {
                        failures.add(e);
                    }
                }
            }));
        }
        for (Thread thread : threads) {
            thread.join();
        }
        assertThat(failures).isEmpty();
    }

    private static void oneRandomTransaction(RandomGenerator random, int thread) {
        boolean first = random.nextBoolean();
        TenantId tenant = first ? acme : globex;
        switch (random.nextInt(4)) {
            case 0 ->
                assertThat(TENANTS.<List<UUID>>in(
                                tenant, tx -> tx.list(UUID.class, "SELECT DISTINCT tenant_id FROM cluster")))
                        .allSatisfy(owner -> assertThat(owner).isEqualTo(tenant.value()));
            case 1 -> TENANTS.in(tenant, tx -> cluster(tx, tenant, "mix-" + thread + "-" + random.nextLong()));
            case 2 ->
                assertThatThrownBy(() -> TENANTS.in(tenant, tx -> tx.update("SELECT 1/0")))
                        .isInstanceOf(DatabaseException.class);
            default ->
                assertThat(TENANTS.<List<String>>platform(TenantTransactionsIT::names))
                        .isEmpty();
        }
    }

    @Test
    void anExceptionRollsBack() {
        assertThatThrownBy(() -> TENANTS.in(acme, tx -> {
                    cluster(tx, acme, "rolled-back");
                    throw new IllegalArgumentException("no");
                }))
                .hasMessage("no");
        assertThat(TENANTS.in(acme, TenantTransactionsIT::names)).doesNotContain("rolled-back");
    }

    @Test
    void aDryRunAnswersAndStoresNothing() {
        List<String> seen = TENANTS.in(acme, tx -> {
            cluster(tx, acme, "dry-run");
            tx.rollBackAtEnd();
            return names(tx);
        });
        assertThat(seen).contains("dry-run");
        assertThat(TENANTS.in(acme, TenantTransactionsIT::names)).doesNotContain("dry-run");
    }

    @Test
    void aTransactionInsideAnotherIsRefused() {
        assertThatThrownBy(() -> TENANTS.in(acme, _ -> TENANTS.in(globex, TenantTransactionsIT::names)))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("open already");
    }

    @Test
    void aTakenNameNamesItsConstraint() {
        TENANTS.in(acme, tx -> cluster(tx, acme, "taken"));
        assertThatThrownBy(() -> TENANTS.in(acme, tx -> cluster(tx, acme, "taken")))
                .isInstanceOfSatisfying(DatabaseException.class, e -> {
                    assertThat(e.isUniqueViolation()).isTrue();
                    assertThat(e.constraint()).contains("cluster_tenant_id_name_key");
                });
        // and it is no oracle: the other tenant may have the name
        TENANTS.in(globex, tx -> cluster(tx, globex, "taken"));
    }

    @Test
    void aBulkWriterFillsManyTenantsInOneTransaction() {
        String rows = acme + "\tbulk-a\n" + globex + "\tbulk-b\n";
        TENANTS.inEach(
                List.of(acme, globex),
                tx -> {
                    tx.update("CREATE TEMPORARY TABLE bulk (tenant_id uuid, name text) ON COMMIT DROP");
                    assertThat(tx.copy("COPY bulk FROM STDIN", rows.getBytes(StandardCharsets.UTF_8)))
                            .isEqualTo(2);
                },
                (tenant, tx) -> tx.update("""
                        INSERT INTO cluster (tenant_id, id, name, spec)
                        SELECT tenant_id, gen_random_uuid(), name, '{}' FROM bulk WHERE tenant_id = ?
                        """, tenant),
                tx -> assertThat(names(tx)).isEmpty());

        assertThat(TENANTS.in(acme, TenantTransactionsIT::names))
                .contains("bulk-a")
                .doesNotContain("bulk-b");
        assertThat(TENANTS.in(globex, TenantTransactionsIT::names)).contains("bulk-b");
    }

    private static List<Boolean> reached(Reach reach, UUID cluster) {
        return TENANTS.<List<Boolean>>in(acme, reach, tx -> tx.list(Boolean.class, """
                SELECT answer FROM (VALUES (1, in_reach(NULL, NULL)), (2, in_reach(?::uuid, NULL)),
                    (3, in_reach(?::uuid, 'shop')), (4, reach_touches(?::uuid))) AS asked (place, answer) ORDER BY place
                """, cluster, cluster, cluster));
    }

    @Test
    void sqlKnowsWhereTheCallerMayAct() {
        UUID mine = UuidV7.next();
        UUID other = UuidV7.next();
        Reach cluster = Reach.of(List.of(new Reach.Scope(mine, null)));
        Reach namespace = Reach.of(List.of(new Reach.Scope(mine, "shop"), new Reach.Scope(other, "load")));

        assertThat(reached(Reach.EVERYWHERE, mine)).containsExactly(true, true, true, true);
        assertThat(reached(cluster, mine)).containsExactly(false, true, true, true);
        assertThat(reached(cluster, other)).containsOnly(false);
        assertThat(reached(namespace, mine)).containsExactly(false, false, true, true);
        assertThat(reached(namespace, other)).containsExactly(false, false, false, true);
        assertThat(reached(Reach.NOWHERE, mine)).containsOnly(false);
    }

    @Test
    void aSnapshotDoesNotSeeWhatCommitsMeanwhile() throws InterruptedException {
        List<List<String>> seen = TENANTS.inSnapshot(acme, tx -> {
            List<String> before = names(tx);
            inAnotherThread(() -> TENANTS.in(acme, other -> cluster(other, acme, "meanwhile")));
            return List.of(before, names(tx));
        });
        assertThat(seen.getLast()).isEqualTo(seen.getFirst()).doesNotContain("meanwhile");
        assertThat(TENANTS.in(acme, TenantTransactionsIT::names)).contains("meanwhile");
    }

    private static void inAnotherThread(Runnable work) {
        try {
            Thread.ofVirtual().start(work).join();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    record Everything(
            ClusterId clusterId,
            DemoState demoState,
            long bigNumber,
            int number,
            double fraction,
            boolean yes,
            Instant time,
            JsonNode document,
            List<String> texts,
            List<UUID> ids,
            long[] counts,
            double[] bounds,
            byte[] bytes,
            Optional<String> maybe,
            @Nullable Long nothing) {}

    @Test
    void everyTypeGoesInAndComesOut() {
        UUID id = UuidV7.next();
        Instant time = Instant.parse("2026-11-25T10:00:00.123456Z");
        JsonNode document = JsonNodeFactory.instance.objectNode().put("a", 1);
        Everything row = TENANTS.in(
                        acme,
                        tx -> tx.first(
                                Everything.class,
                                """
                        SELECT ?::uuid AS cluster_id, ?::text AS demo_state, ?::bigint AS big_number, ?::int AS number,
                            ?::float8 AS fraction, ?::boolean AS yes, ?::timestamptz AS time, ? AS document, ?::text[] AS texts,
                            ?::uuid[] AS ids, ?::bigint[] AS counts, ?::float8[] AS bounds, ?::bytea AS bytes,
                            ?::text AS maybe, ?::bigint AS nothing
                        """,
                                new ClusterId(id),
                                DemoState.ROLLING_BACK,
                                7L,
                                8,
                                0.5,
                                true,
                                time,
                                document,
                                List.of("x", "y"),
                                List.of(new ClusterId(id)),
                                new long[] {1, 2},
                                new double[] {0.5},
                                new byte[] {9},
                                Optional.empty(),
                                null))
                .orElseThrow();
        assertThat(row)
                .usingRecursiveComparison()
                .isEqualTo(new Everything(
                        new ClusterId(id),
                        DemoState.ROLLING_BACK,
                        7,
                        8,
                        0.5,
                        true,
                        time,
                        document,
                        List.of("x", "y"),
                        List.of(id),
                        new long[] {1, 2},
                        new double[] {0.5},
                        new byte[] {9},
                        Optional.empty(),
                        null));
    }

    record Narrow(String name) {}

    record Wide(String name, Instant createTime) {}

    @Test
    void aRecordThatDoesNotFitItsQueryIsAnError() {
        assertThatThrownBy(() -> TENANTS.in(acme, tx -> tx.list(Wide.class, "SELECT 'x' AS name, 1 AS other")))
                .hasMessageContaining("without a column [createTime], not used [other]");
        assertThatThrownBy(() -> TENANTS.in(acme, tx -> tx.list(Narrow.class, "SELECT NULL::text AS name")))
                .hasMessageContaining("name is null in the database");
    }

    @Test
    void theDatabasesTimeStandsStillInATransaction() {
        TENANTS.in(acme, tx -> {
            Instant now = tx.now();
            tx.first(String.class, "SELECT pg_sleep(0.01)::text");
            assertThat(tx.now()).isEqualTo(now);
            return now;
        });
    }

    @Test
    void manyRowsGoInOneStatement() {
        int inserted = TENANTS.in(
                acme,
                tx -> tx.updateEach(
                        "INSERT INTO cluster (tenant_id, id, name, spec) VALUES (?, ?, ?, '{}')",
                        List.of(
                                new Object[] {acme, UuidV7.next(), "each-1"},
                                new Object[] {acme, UuidV7.next(), "each-2"})));
        assertThat(inserted).isEqualTo(2);
    }
}
