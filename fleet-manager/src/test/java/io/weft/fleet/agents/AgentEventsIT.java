package io.weft.fleet.agents;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.quarkus.test.common.http.TestHTTPResource;
import io.weft.fleet.Fleet;
import io.weft.fleet.FleetTest;
import io.weft.fleet.TestAgent;
import io.weft.fleet.TestStream;
import io.weft.fleet.signer.AgentIdentity;
import io.weft.kit.audit.Allowances;
import io.weft.protocol.v1.AgentMessage;
import io.weft.protocol.v1.HubMessage.KindCase;
import io.weft.protocol.v1.Observation;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What happens to an agent is in its organisation's audit log, and waits for its seal. */
@FleetTest
class AgentEventsIT {
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final String MISSES = "[{\"code\":\"PermissionMissing\",\"object\":\"%s\",\"message\":\"m\"},"
            + "{\"code\":\"NoGracefulStop\",\"object\":\"Deployment shop/%s\",\"message\":\"m\"}]";

    @SuppressWarnings("NullAway.Init")
    @TestHTTPResource("/q/health")
    URI health;

    @Test
    void anAgentThatIsLostAndComesBackIsSeenAsBoth() throws Exception {
        AgentIdentity cluster = Fleet.cluster(Fleet.tenant());
        try (TestAgent agent = TestAgent.enrolled(cluster)) {
            agent.connect().await(KindCase.WELCOME);
        }
        await().atMost(PATIENCE)
                .untilAsserted(() -> assertThat(Fleet.text(
                                "SELECT disconnect_time IS NOT NULL FROM agent_link WHERE cluster_id = ?",
                                cluster.cluster()))
                        .isEqualTo("t"));
        Fleet.update(
                "UPDATE agent_link SET disconnect_time = now() - interval '2 minutes' WHERE cluster_id = ?",
                cluster.cluster());
        Fleet.update("UPDATE due_work SET due_time = now() WHERE kind = 'lost' AND object_id = ?", cluster.cluster());
        await().atMost(PATIENCE)
                .untilAsserted(() -> assertThat(Fleet.actions(cluster)).contains("agent.lost"));
        try (TestAgent again = TestAgent.enrolled(cluster)) {
            again.connect().await(KindCase.WELCOME);

            await().atMost(PATIENCE)
                    .untilAsserted(() -> assertThat(Fleet.actions(cluster))
                            .containsExactly(
                                    "agent.enrol", "agent.connect", "agent.lost", "agent.enrol", "agent.back"));
        }
        assertThat(Fleet.text(
                        "SELECT count(*) FROM audit_pending WHERE tenant_id = ?",
                        cluster.tenant().value()))
                .isEqualTo("5");
    }

    @Test
    void onlyAChangeOfItsRightsIsAnEvent() throws Exception {
        AgentIdentity cluster = Fleet.cluster(Fleet.tenant());
        try (TestAgent agent = TestAgent.enrolled(cluster)) {
            TestStream stream = agent.connect();
            stream.await(KindCase.WELCOME);
            stream.say(preflight(MISSES.formatted("get secrets", "web")));
            stream.say(preflight(MISSES.formatted("get secrets", "api")));
            stream.say(preflight(MISSES.formatted("list pods", "api")));
            stream.say(preflight("[]"));
            stream.say(preflight("[]"));

            await().atMost(PATIENCE)
                    .untilAsserted(() -> assertThat(rights(cluster)).hasSize(3));
        }
        assertThat(rights(cluster))
                .containsExactly(
                        "1 gained [] lost [\"get secrets\"]",
                        "1 gained [\"get secrets\"] lost [\"list pods\"]",
                        "0 gained [\"list pods\"] lost []");
    }

    @Test
    void anAgentThatReportsChangesWithoutEndDoesNotFillTheLog() throws Exception {
        AgentIdentity cluster = Fleet.cluster(Fleet.tenant());
        try (TestAgent agent = TestAgent.enrolled(cluster)) {
            TestStream stream = agent.connect();
            stream.await(KindCase.WELCOME);
            for (int i = 0; i < 3 * Allowances.BURST; i++) {
                stream.say(preflight(MISSES.formatted("get thing" + i, "web")));
            }

            await().atMost(PATIENCE)
                    .untilAsserted(() -> assertThat(Fleet.text(
                                    "SELECT preflight -> 0 ->> 'object' FROM cluster_status WHERE cluster_id = ?",
                                    cluster.cluster()))
                            .isEqualTo("get thing" + (3 * Allowances.BURST - 1)));
        }
        assertThat(rights(cluster)).hasSizeBetween(Allowances.BURST, Allowances.BURST + 1);
    }

    private static List<String> rights(AgentIdentity cluster) {
        return Fleet.texts(
                "SELECT concat(detail ->> 'missingCount', ' gained ', detail ->> 'gained', ' lost ', detail ->> 'lost')"
                        + " FROM audit_entry WHERE action = 'agent.rightsChange' AND target_id = ? ORDER BY time",
                cluster.publicId());
    }

    private static AgentMessage preflight(String findings) {
        return AgentMessage.newBuilder()
                .setObservation(Observation.newBuilder().setSubject("preflight").setBodyJson(findings))
                .build();
    }

    @Test
    void healthNamesEveryCheckOfTheStart() throws Exception {
        try (HttpClient client = HttpClient.newHttpClient()) {
            assertThat(client.send(HttpRequest.newBuilder(health).build(), HttpResponse.BodyHandlers.ofString())
                            .body())
                    .contains(
                            "\"safety\"",
                            "\"clock\": \"safe\"",
                            "\"databasePassword\": \"safe\"",
                            "\"databaseRole\": \"safe\"",
                            "\"databaseVersion\": \"safe\"",
                            "\"signerKeyFile\": \"safe\"");
        }
    }
}
