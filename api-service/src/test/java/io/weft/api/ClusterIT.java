package io.weft.api;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.weft.kit.id.PublicId;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Clusters, enrolment, revocation. */
@HubTest
class ClusterIT {
    private static JsonNode condition(JsonNode body, String type) {
        for (JsonNode condition : body.path("status").path("conditions")) {
            if (condition.path("type").asText().equals(type)) {
                return condition;
            }
        }
        return body.path("none");
    }

    @Test
    void aNewClusterWaitsForItsAgent() {
        Api acme = Api.acme();
        String id = Fixtures.cluster(acme, "{\"region\":\"eu\"}");

        JsonNode body = acme.get("/clusters/" + id).body();

        assertThat(body.path("labels").path("region").asText()).isEqualTo("eu");
        assertThat(condition(body, "Connected").path("reason").asText()).isEqualTo("NeverJoined");
        Fixtures.connected(id);
        assertThat(condition(acme.get("/clusters/" + id).body(), "Connected")
                        .path("status")
                        .asText())
                .isEqualTo("True");
        Hub.sql("UPDATE agent_link SET last_seen_time = now() - interval '50 seconds' WHERE cluster_id = '%s'"
                .formatted(PublicId.parse("clu", id)));
        assertThat(condition(acme.get("/clusters/" + id).body(), "Connected")
                        .path("reason")
                        .asText())
                .as("a stream that says nothing is half open")
                .isEqualTo("AgentLost");
    }

    @Test
    void whatTheAgentMayNotDoIsListed() {
        Api acme = Api.acme();
        String id = Fixtures.cluster(acme, "{}");
        Hub.sql("""
                UPDATE cluster_status SET preflight = '[
                    {"code":"PermissionMissing","object":"get secrets","message":"run the install line again"},
                    {"code":"NoGracefulStop","object":"Deployment shop/web","message":"lacks preStop"}]'
                WHERE cluster_id = '%s'
                """.formatted(PublicId.parse("clu", id)));

        assertThat(acme.get("/clusters/" + id).body().at("/status/agent/missingPermissions"))
                .extracting(JsonNode::asText)
                .containsExactly("get secrets");
    }

    @Test
    void theTokenIsShownOnceLivesShortlyAndStandsInNoLine() {
        Fixtures.agentCa();
        Api acme = Api.acme();
        String cluster = Fixtures.cluster(acme, "{}");
        String body = "{\"spec\":{\"clusterId\":\"" + cluster + "\"}}";

        Api.Reply created = acme.post("/enrolment-tokens", body, "Idempotency-Key", cluster);

        String token = created.body().path("token").asText();
        assertThat(created.body().path("spec").path("lifetime").asText()).isEqualTo("900s");
        assertThat(acme.post("/enrolment-tokens", body, "Idempotency-Key", cluster)
                        .code())
                .isEqualTo("SECRET_ALREADY_ISSUED");
        Api.Reply install = acme.get("/clusters/" + cluster + "/install");
        assertThat(install.status()).isEqualTo(200);
        assertThat(install.body().path("values").path("gateway").path("caPin").asText())
                .isEqualTo("sha256:abc");
        assertThat(install.body().path("values").path("clusterId").asText()).isEqualTo(cluster);
        assertThat(install.body().toString()).doesNotContain(token).contains("/dev/stdin", "weft-join");
        assertThat(Hub.value("SELECT kind FROM credential_index WHERE hash = sha256('" + token + "')"))
                .isEqualTo("joinToken");
    }

    @Test
    void aRevokedTokenIsForgotten() {
        Api acme = Api.acme();
        String cluster = Fixtures.cluster(acme, "{}");
        Api.Reply created = acme.post("/enrolment-tokens", "{\"spec\":{\"clusterId\":\"" + cluster + "\"}}");

        assertThat(acme.delete("/enrolment-tokens/" + created.id()).status()).isEqualTo(204);

        String token = created.body().path("token").asText();
        assertThat(Hub.value("SELECT count(*) FROM credential_index WHERE hash = sha256('" + token + "')"))
                .isEqualTo("0");
        assertThat(acme.get("/enrolment-tokens/" + created.id())
                        .body()
                        .path("status")
                        .has("revokeTime"))
                .isTrue();
    }

    @Test
    void aTokenNeedsAClusterOfTheOrganisationAndAtMostAnHour() {
        String cluster = Fixtures.cluster(Api.acme(), "{}");

        assertThat(Api.globex()
                        .post("/enrolment-tokens", "{\"spec\":{\"clusterId\":\"" + cluster + "\"}}")
                        .violations())
                .isEqualTo(Map.of("spec.clusterId", "UNKNOWN_REFERENCE"));
        assertThat(Api.acme().post("/enrolment-tokens", """
                                {"spec":{"clusterId":"%s","lifetime":"61m"}}
                                """.formatted(cluster)).violations())
                .isEqualTo(Map.of("spec.lifetime", "OUT_OF_RANGE"));
    }

    @Test
    void theRulesOfTheNamedReleasesAreInTheValues() {
        Fixtures.agentCa();
        Api acme = Api.acme();
        Fixtures.upload(acme, "1.26.0");
        String id = acme.post("/clusters", """
                        {"name":"%s","spec":{"access":"lifecycle","lifecycleReleases":["istio-1.26.0","istio-9.9.9"]}}
                        """.formatted(Api.unique("c"))).id();
        assertThat(acme.get("/clusters/" + id + "/install").code()).isIn("STATE_CONFLICT", "UNAVAILABLE");

        acme.put("/clusters/" + id, """
                {"name":"%s","spec":{"access":"lifecycle","lifecycleReleases":["istio-1.26.0"]}}
                """.formatted(Api.unique("c")));
        Hub.sql("UPDATE mesh_release SET lifecycle_rules = '[{\"verbs\":[\"get\"],\"resources\":[\"pods\"]}]'");

        Api.Reply install = acme.get("/clusters/" + id + "/install");
        assertThat(install.body().path("values").path("lifecycleRules")).hasSize(1);
        assertThat(install.body().path("lines").path(2).asText()).contains("\"pods\"");
    }

    @Test
    void revocationRaisesTheEpochAndTellsTheGateways() {
        Api acme = Api.acme();
        String cluster = Fixtures.cluster(acme, "{}");

        Api.Reply revoked = acme.post("/clusters/" + cluster + "/agent-revocations", "{\"reason\":\"laptop stolen\"}");

        assertThat(revoked.status()).isEqualTo(201);
        assertThat(revoked.body().path("registrationEpoch").asInt()).isEqualTo(1);
        assertThat(Hub.value("SELECT registration_epoch FROM revocation_feed WHERE cluster_id = '%s'"
                        .formatted(PublicId.parse("clu", cluster))))
                .isEqualTo("1");
        assertThat(acme.post("/clusters/" + cluster + "/agent-revocations", "{\"reason\":\" \"}")
                        .violations())
                .isEqualTo(Map.of("reason", "BLANK"));
    }

    @Test
    void aDeletedClusterCutsItsAgentOffAndIsGone() {
        Api acme = Api.acme();
        String cluster = Fixtures.cluster(acme, "{}");
        acme.post("/enrolment-tokens", "{\"spec\":{\"clusterId\":\"" + cluster + "\"}}");

        assertThat(acme.delete("/clusters/" + cluster).status()).isEqualTo(204);

        assertThat(acme.get("/clusters/" + cluster).status()).isEqualTo(404);
        assertThat(Hub.value("SELECT count(*) FROM revocation_feed WHERE cluster_id = '%s'"
                        .formatted(PublicId.parse("clu", cluster))))
                .isEqualTo("1");
    }
}
