package io.weft.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import io.weft.e2e.demo.MainJob;
import io.weft.e2e.demo.Report;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.random.RandomGeneratorFactory;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestMethodOrder;

/**
 * Rollouts in a row under load: every one but the last moves all namespaces and is then ordered back. Afterwards the same
 * while processes are killed. {@code -Dweft.rollouts}, {@code -Dweft.kills} and {@code -Dweft.seed} change how many, and
 * when.
 */
@Tag("full")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class EnduranceIT {
    private static final int ROLLOUTS = Integer.getInteger("weft.rollouts", 10);
    private static final int KILLS = Integer.getInteger("weft.kills", 20);
    private static final long SEED = Long.getLong("weft.seed", System.nanoTime());
    private static final long LEAST_REQUESTS = 5_000;
    private static final Duration RESTART = Duration.ofMinutes(2);

    private @Nullable Live running;

    @BeforeAll
    void meshWithPolicies() {
        running = Live.start();
        live().job().enrol();
        live().job().installMesh();
        live().job().enforcePolicies();
        live().job().want(MainJob.NEW);
    }

    @AfterAll
    void end() {
        if (running != null) {
            running.close();
        } else {
            Live.endLeftovers();
        }
    }

    @Test
    @Order(1)
    void rolloutsInARowFailNoRequestAndNoneGoesBackByItself() {
        for (int rollout = 1; rollout < ROLLOUTS; rollout++) {
            thereAndBack();
        }
    }

    @Test
    @Order(2)
    void killsAtRandomMomentsLeadToTheSameFinalState() throws Exception {
        live().job().rideOutAbsences(RESTART);
        System.out.println("seed " + SEED + " (again: -Dweft.seed=" + SEED + ")");
        try (Killer killer =
                new Killer(live(), RandomGeneratorFactory.of("L64X128MixRandom").create(SEED), KILLS)) {
            while (!killer.done()) {
                thereAndBack();
            }
            assertThat(killer.killed()).hasSize(KILLS);
        }
        standsAsBefore();
        try (Rows rows = Rows.asOwner(live().services())) {
            assertThat(rows.count("acme", """
                            SELECT count(*) FROM (SELECT rollout_id, message FROM decision_log
                                WHERE decision = 'StartWave' GROUP BY 1, 2 HAVING count(*) > 1) AS twice
                            """))
                    .as("waves that were started twice")
                    .isZero();
        }
    }

    @Test
    @Order(3)
    void theLastOneIsCompleted() {
        live().job().goodRollout(change -> {});

        await().atMost(Duration.ofSeconds(30))
                .untilAsserted(() -> assertThat(live().revisions()).containsExactly("1-27-0"));
        assertThat(live().proxyImages()).containsExactly("docker.io/istio/proxyv2:" + MainJob.NEW);
        Report report = live().job().report(Duration.ZERO);
        assertThat(report.rollouts())
                .singleElement()
                .isInstanceOfSatisfying(Report.Completed.class, EnduranceIT::unharmed);
        assertThat(enforced()).hasSize(3);
    }

    private void thereAndBack() {
        Report.Completed moved = live().job().thereAndBack(change -> {});
        unharmed(moved);
        JsonNode newest = Live.items(live().job().hub().get("/rollouts?pageSize=200")).stream()
                .max(java.util.Comparator.comparing(
                        rollout -> rollout.at("/createTime").asText()))
                .orElseThrow();
        assertThat(newest.at("/status/message").asText()).contains("there and back");
        standsAsBefore();
    }

    private static void unharmed(Report.Completed moved) {
        assertThat(moved.failedRequests()).as("failed requests of " + moved).isZero();
        assertThat(moved.requests()).isGreaterThanOrEqualTo(LEAST_REQUESTS);
    }

    private void standsAsBefore() {
        await().atMost(Duration.ofSeconds(60))
                .untilAsserted(() -> assertThat(live().revisions()).containsExactly("1-26-0"));
        assertThat(live().proxyImages()).containsExactly("docker.io/istio/proxyv2:" + MainJob.OLD);
        await().atMost(Duration.ofMinutes(2))
                .untilAsserted(() -> assertThat(enforced()).hasSize(3));
    }

    private List<String> enforced() {
        return Live.items(live().job().hub().get("/policies")).stream()
                .filter(policy -> policy.at("/status/targets/0/state").asText().equals("enforced"))
                .map(policy -> policy.path("name").asText())
                .toList();
    }

    private Live live() {
        return Objects.requireNonNull(running);
    }
}
