package io.weft.upgrade;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import io.weft.kit.audit.Audit;
import io.weft.kit.audit.AuditEntry;
import io.weft.kit.id.TenantId;
import io.weft.kit.seal.SealCheck;
import io.weft.kit.seal.SealRange;
import io.weft.kit.seal.SealTrust;
import io.weft.kit.tenancy.TenantTransactions;
import io.weft.testkit.MutableClock;
import io.weft.testkit.TestDatabase;
import io.weft.upgrade.executor.RowsCluster;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** The started service: its loops meet rows by themselves. */
@QuarkusTest
@QuarkusTestResource(DatabaseResource.class)
class ServiceIT {
    @SuppressWarnings("NullAway.Init") // set by DatabaseResource
    TestDatabase database;

    @SuppressWarnings("NullAway.Init")
    @TestHTTPResource("/q/health")
    URI health;

    @Test
    void itIsHealthyAndItsDatabaseAnswers() throws Exception {
        try (HttpClient client = HttpClient.newHttpClient()) {
            HttpResponse<String> answer =
                    client.send(HttpRequest.newBuilder(health).build(), HttpResponse.BodyHandlers.ofString());

            assertThat(answer.statusCode()).isEqualTo(200);
            assertThat(answer.body()).contains("\"status\": \"UP\"").contains("Database");
            assertThat(answer.body())
                    .contains(
                            "\"auditSealKeyFile\": \"safe\"",
                            "\"clock\": \"safe\"",
                            "\"databasePassword\": \"safe\"",
                            "\"databaseRole\": \"safe\"",
                            "\"databaseVersion\": \"safe\"");
        }
    }

    @Test
    void theAuditLogOfEveryOrganisationIsSealedByItself() {
        TenantId tenant = new TenantId(database.tenant("sealed"));
        TenantTransactions transactions = new TenantTransactions(database.dataSource("weft_upgrade"));
        for (int round = 1; round <= 2; round++) {
            transactions.in(tenant, tx -> {
                Audit.record(
                        tx, AuditEntry.of(AuditEntry.ActorKind.SYSTEM, "test", "cluster.create", "cluster", "clu_1"));
                return true;
            });
            long sealed = round;
            await().atMost(Duration.ofSeconds(20)).untilAsserted(() -> {
                Optional<Long> entries = transactions.in(
                        tenant, tx -> tx.first(Long.class, "SELECT coalesce(sum(entries), 0) FROM audit_seal"));
                assertThat(entries).contains(sealed);
            });
        }

        SealCheck.Found found = transactions.inSnapshot(
                tenant,
                tx -> SealCheck.check(
                        tx, new SealRange(null, null, null), new SealTrust(Optional.empty(), Instant.MIN)));
        assertThat(found.fault()).isEmpty();
        assertThat(found.entries()).isEqualTo(2);
        assertThat(found.keys()).hasSize(1);
    }

    @Test
    void aDueRolloutIsLookedAtAndAnObservationWakesItAgain() {
        try (RowsCluster cluster =
                new RowsCluster(database, new MutableClock(Instant.now()), "woken").withRollout("shop")) {
            cluster.execute(
                    "INSERT INTO due_work (kind, tenant_id, object_id, due_time, reason) VALUES ('rollout', ?, ?, now(), 'new')",
                    cluster.tenant,
                    cluster.rollout);
            await().atMost(Duration.ofSeconds(20))
                    .untilAsserted(() -> assertThat(cluster.text("SELECT phase FROM rollout WHERE tenant_id = :tenant"))
                            .isEqualTo("running"));

            cluster.execute("UPDATE due_work SET due_time = 'infinity' WHERE kind = 'rollout'");
            cluster.execute("UPDATE control_plane SET state = 'ready' WHERE tenant_id = ?", cluster.tenant);
            cluster.execute("SELECT pg_notify('observed', ?)", cluster.tenant.toString());

            await().atMost(Duration.ofSeconds(20))
                    .untilAsserted(() -> assertThat(cluster.text("SELECT phase FROM rollout WHERE tenant_id = :tenant"))
                            .isEqualTo("soaking"));
        }
    }
}
