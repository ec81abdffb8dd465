package io.weft.upgrade.probe;

import static org.assertj.core.api.Assertions.assertThat;

import io.weft.kit.id.TenantId;
import io.weft.kit.tenancy.TenantTransactions;
import io.weft.testkit.MutableClock;
import io.weft.testkit.TestDatabase;
import io.weft.upgrade.executor.RowsCluster;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class ProofExpiryIT {
    private static final Instant NOON = Instant.parse("2026-01-15T12:00:00Z");
    private static TestDatabase database;

    private final MutableClock clock = new MutableClock(NOON);

    @BeforeAll
    static void start() {
        database = TestDatabase.create();
    }

    @AfterAll
    static void stop() {
        database.close();
    }

    @Test
    void anExpiredProofNoLongerCountsAsEnforcedEvenWhereItsProbeIsGone() {
        UUID policy = UUID.randomUUID();
        TenantTransactions transactions = new TenantTransactions(database.dataSource("weft_upgrade"));
        try (RowsCluster cluster = new RowsCluster(database, clock, "expires")) {
            cluster.execute(
                    "INSERT INTO policy (tenant_id, id, name, kind, spec) VALUES (?, ?, 'p', 'mutualTls', '{}')",
                    cluster.tenant,
                    policy);
            cluster.execute(
                    "INSERT INTO policy_target (tenant_id, policy_id, installation_id, class, state, proof_expire_time)"
                            + " VALUES (?, ?, ?, 'c', 'enforced', ?)",
                    cluster.tenant,
                    policy,
                    cluster.installation(),
                    NOON.plusSeconds(60));
            ProofExpiry expiry = new ProofExpiry(clock);
            TenantId tenant = new TenantId(cluster.tenant);

            transactions.in(tenant, tx -> {
                ProofExpiry.scheduleAll(tx);
                return true;
            });
            assertThat(cluster.text(
                            "SELECT extract(epoch FROM due_time)::bigint::text FROM due_work WHERE kind = 'probe'"))
                    .isEqualTo(Long.toString(NOON.plusSeconds(60).getEpochSecond()));
            Optional<Instant> next = transactions.in(tenant, tx -> expiry.look(tx, policy));
            assertThat(next).contains(NOON.plusSeconds(60));
            assertThat(cluster.text("SELECT state FROM policy_target WHERE tenant_id = :tenant"))
                    .isEqualTo("enforced");
            clock.advance(Duration.ofSeconds(60));

            Optional<Instant> nothingNext = transactions.in(tenant, tx -> expiry.look(tx, policy));

            assertThat(nothingNext).isEmpty();
            assertThat(cluster.text("SELECT state || ' ' || reason FROM policy_target WHERE tenant_id = :tenant"))
                    .isEqualTo("applied ProofExpired");
        }
    }
}
