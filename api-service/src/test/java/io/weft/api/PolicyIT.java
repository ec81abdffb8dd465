package io.weft.api;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.weft.kit.id.PublicId;
import java.net.http.HttpRequest;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Policies and probes. */
@HubTest
class PolicyIT {
    private static String strict(String name, String label) {
        return """
                {"name":"%s","kind":"mutualTls","spec":{"target":{"namespace":"shop","clusterSelector":"set=%s"},
                 "mutualTls":{"mode":"strict"}}}
                """.formatted(name, label);
    }

    /** A cluster with the mesh, whose label only this test selects. */
    private static String place(Api api, String label) {
        String cluster = Fixtures.cluster(api, "{\"set\":\"" + label + "\"}");
        Fixtures.installation(api, Fixtures.mesh(api, "1.26.0"), cluster, "mesh=on");
        return cluster;
    }

    private static long delivered(JsonNode policy, String cluster) {
        for (JsonNode target : policy.path("status").path("targets")) {
            if (target.path("clusterId").asText().equals(cluster)) {
                return target.path("deliveredGeneration").asLong();
            }
        }
        return -1;
    }

    @Test
    void everythingWrongWithAPolicyComesAtOnce() {
        Api.Reply reply = Api.acme().post("/policies", """
                {"name":"UP","kind":"mutualTls","spec":{"target":{},"mutualTls":{"mode":"sometimes"},"extra":1}}
                """);

        assertThat(reply.status()).isEqualTo(422);
        assertThat(reply.violations())
                .containsEntry("name", "INVALID_NAME")
                .containsEntry("spec.target.namespace", "REQUIRED")
                .containsEntry("spec.mutualTls.mode", "UNKNOWN_VALUE")
                .containsEntry("spec.extra", "UNKNOWN_FIELD");
        assertThat(Api.acme()
                        .post("/policies", "{\"name\":\"p\",\"kind\":\"magic\",\"spec\":{}}")
                        .violations())
                .containsEntry("kind", "UNKNOWN_VALUE");
    }

    @Test
    void oneConnectedClusterPerClassComesFirstAndTheOthersFollow() {
        Api acme = Api.acme();
        String label = Api.unique("set");
        String away = place(acme, label);
        String connected = place(acme, label);
        Fixtures.connected(connected);

        Api.Reply created = acme.post("/policies", strict(Api.unique("p"), label));

        assertThat(created.status()).isEqualTo(201);
        assertThat(delivered(created.body(), connected)).isEqualTo(1);
        assertThat(delivered(created.body(), away)).isZero();
        assertThat(Hub.value("""
                        SELECT w.due_time - p.create_time = interval '5 seconds' FROM due_work w JOIN policy p ON p.id = w.object_id
                        WHERE w.kind = 'delivery' AND p.id = '%s'
                        """.formatted(PublicId.parse("pol", created.id()))))
                .isEqualTo("t");
    }

    @Test
    void whereNoClusterIsConnectedEachGetsItOnConnectingAndImmediateWaitsForNobody() {
        Api acme = Api.acme();
        String label = Api.unique("set");
        String one = place(acme, label);
        String two = place(acme, label);
        Api.Reply nobody = acme.post("/policies", strict(Api.unique("p"), label));
        assertThat(delivered(nobody.body(), one)).isEqualTo(1);
        assertThat(delivered(nobody.body(), two)).isEqualTo(1);

        Fixtures.connected(one);
        String text = strict(nobody.body().path("name").asText(), label)
                .replace("\"spec\":{", "\"spec\":{\"delivery\":\"immediate\",");
        Api.Reply immediate = acme.put("/policies/" + nobody.id(), text);

        assertThat(immediate.status()).isEqualTo(200);
        assertThat(delivered(immediate.body(), one)).isEqualTo(2);
        assertThat(delivered(immediate.body(), two)).isEqualTo(2);
    }

    @Test
    void aRevisionTellsWhoWroteWhat() {
        Api acme = Api.acme();
        String label = Api.unique("set");
        String name = Api.unique("p");
        Api.Reply created = acme.post("/policies", strict(name, label));
        acme.put("/policies/" + created.id(), strict(name, label).replace("strict", "permissive"));

        JsonNode revisions =
                acme.get("/policies/" + created.id() + "/revisions").body().path("items");

        assertThat(revisions).hasSize(2);
        assertThat(revisions.path(0).path("generation").asInt()).isEqualTo(2);
        assertThat(revisions.path(1).path("spec").path("mutualTls").path("mode").asText())
                .isEqualTo("strict");
        assertThat(revisions.path(1).path("author").asText()).startsWith("key_");
    }

    @Test
    void whatContradictsAnotherPolicyIsRefusedWithMeshAndInstallation() {
        Api acme = Api.acme();
        String label = Api.unique("set");
        String cluster = place(acme, label);
        Fixtures.namespace(cluster, "shop", "{\"mesh\":\"on\"}");
        assertThat(acme.post("/policies", strict(Api.unique("p"), label)).status())
                .isEqualTo(201);

        Api.Reply reply =
                acme.post("/policies", strict(Api.unique("p"), label).replace("\"strict\"", "\"permissive\""));

        assertThat(reply.code()).isEqualTo("POLICY_NOT_EXPRESSIBLE");
        JsonNode violation = reply.body().path("violations").path(0);
        assertThat(violation.path("family").asText()).isEqualTo("istio");
        assertThat(violation.path("capability").asText()).isEqualTo("mutualTls");
        assertThat(violation.path("installationId").asText()).startsWith("ins_");
    }

    @Test
    void whatAMeshHasNoCompilerForIsRefused() {
        Api acme = Api.acme();
        String label = Api.unique("set");
        String cluster = place(acme, label);
        Hub.sql("UPDATE mesh SET mode = 'ambient' WHERE id = (SELECT mesh_id FROM installation WHERE cluster_id = '%s')"
                .formatted(PublicId.parse("clu", cluster)));

        Api.Reply reply = acme.post("/policies?dryRun=true", strict(Api.unique("p"), label));

        assertThat(reply.code()).isEqualTo("POLICY_NOT_EXPRESSIBLE");
        assertThat(reply.violations()).containsKey("spec.mutualTls");
    }

    @Test
    void aServiceThatDoesNotExistIsAccepted() {
        Api acme = Api.acme();
        String label = Api.unique("set");
        place(acme, label);

        assertThat(acme.post("/policies", """
                                {"name":"%s","kind":"authorization","spec":{
                                 "target":{"namespace":"shop","services":["ghost"],"clusterSelector":"set=%s"},
                                 "authorization":{"allow":[{"serviceAccount":"shop/web"}]}}}
                                """.formatted(Api.unique("p"), label)).status())
                .isEqualTo(201);
    }

    @Test
    void removalIsInTwoPhases() {
        Api acme = Api.acme();
        String label = Api.unique("set");
        String cluster = place(acme, label);
        Api.Reply created = acme.post("/policies", strict(Api.unique("p"), label));
        String before = requested(cluster);

        Api.Reply removed = acme.delete("/policies/" + created.id());

        assertThat(removed.status()).isEqualTo(202);
        assertThat(removed.body().path("status").has("deleteTime")).isTrue();
        assertThat(requested(cluster)).isNotEqualTo(before).contains("deleted");
        assertThat(acme.put("/policies/" + created.id(), strict("p", label)).code())
                .isEqualTo("STATE_CONFLICT");
        assertThat(acme.delete("/policies/" + created.id()).status()).isEqualTo(202);

        Api.Reply nowhere = acme.post("/policies", strict(Api.unique("p"), "nowhere"));
        assertThat(acme.delete("/policies/" + nowhere.id()).status())
                .as("in no cluster")
                .isEqualTo(204);
        assertThat(acme.get("/policies/" + nowhere.id()).status()).isEqualTo(404);
    }

    private static String requested(String cluster) {
        return Hub.value("SELECT requested_version || ' ' || requested_reason FROM agent_link WHERE cluster_id = '%s'"
                .formatted(PublicId.parse("clu", cluster)));
    }

    @Test
    void aClusterGainsAndLosesPoliciesWithItsLabelsAndItsInstallation() {
        Api acme = Api.acme();
        String label = Api.unique("set");
        Api.Reply policy = acme.post("/policies", strict(Api.unique("p"), label));
        assertThat(policy.body().path("status").path("targets")).isEmpty();

        String cluster = place(acme, label);
        assertThat(delivered(acme.get("/policies/" + policy.id()).body(), cluster))
                .as("a later installation")
                .isEqualTo(1);

        acme.put("/clusters/" + cluster, """
                {"name":"%s","labels":{"set":"other"},"spec":{"access":"lifecycle"}}
                """.formatted(Api.unique("c")));
        assertThat(acme.get("/policies/" + policy.id() + "/targets").body().path("items"))
                .as("another label")
                .isEmpty();
        assertThat(requested(cluster)).contains("labels");
    }

    @Test
    void aProofThatHasExpiredProvesNothing() {
        Api acme = Api.acme();
        String label = Api.unique("set");
        place(acme, label);
        Api.Reply policy = acme.post(
                "/policies",
                strict(Api.unique("p"), label)
                        .replace(
                                "\"spec\":{",
                                "\"spec\":{\"proof\":{\"allow\":{\"serviceAccount\":\"shop/web\",\"path\":\"/\"}},"));
        assertThat(policy.status()).isEqualTo(201);
        String enforce = "UPDATE policy_target SET state = 'enforced', compiled_generation = 1, applied_generation = 1,"
                + " proof_expire_time = now() + interval '%s' WHERE policy_id = '%s'";

        Hub.sql(enforce.formatted("1 hour", PublicId.parse("pol", policy.id())));
        assertThat(acme.get("/policies/" + policy.id())
                        .body()
                        .path("status")
                        .path("summary")
                        .toString())
                .isEqualTo("{\"enforced\":1}");
        Hub.sql(enforce.formatted("-1 second", PublicId.parse("pol", policy.id())));
        JsonNode status = acme.get("/policies/" + policy.id()).body().path("status");
        assertThat(status.path("summary").toString()).isEqualTo("{\"applied\":1}");
        assertThat(status.path("conditions").path(2).path("reason").asText()).isEqualTo("ProofExpired");
    }

    @Test
    void aProbeIsRunWhenAskedFor() {
        Api acme = Api.acme();
        String label = Api.unique("set");
        String cluster = place(acme, label);
        Api.Reply policy = acme.post("/policies", strict(Api.unique("p"), label));
        Hub.sql("""
                INSERT INTO probe (tenant_id, id, policy_id, installation_id, policy_generation, document, digest)
                SELECT tenant_id, gen_random_uuid(), policy_id, installation_id, 1,
                    '{"kind":"plaintextRefused","url":"http://x"}', 'd'
                FROM policy_target WHERE policy_id = '%s'
                """.formatted(PublicId.parse("pol", policy.id())));
        String probe = acme.get("/probes?policyId=" + policy.id())
                .body()
                .path("items")
                .path(0)
                .path("id")
                .asText();
        Hub.sql("""
                INSERT INTO probe_run (tenant_id, id, probe_id, phase, verdict, request, expected, observed, control,
                    policy_digest, start_time, end_time)
                SELECT tenant_id, gen_random_uuid(), id, 'after', 'passed', 'GET', 'refused', 'refused', '200', 'd', now(), now()
                FROM probe WHERE id = '%s'
                """.formatted(PublicId.parse("prb", probe)));

        assertThat(acme.get("/probes/" + probe)
                        .body()
                        .path("lastRun")
                        .path("verdict")
                        .asText())
                .isEqualTo("passed");
        assertThat(acme.get("/probes/" + probe + "/runs").body().path("items")).hasSize(1);
        Api.Reply run = acme.send(acme.request("/probes/" + probe + "/runs").POST(HttpRequest.BodyPublishers.noBody()));
        assertThat(run.status()).isEqualTo(202);
        assertThat(run.body().path("runRequest").asInt()).isEqualTo(2);
        assertThat(requested(cluster)).contains(probe);
        assertThat(Api.as("viewer")
                        .send(Api.as("viewer")
                                .request("/probes/" + probe + "/runs")
                                .POST(HttpRequest.BodyPublishers.noBody()))
                        .status())
                .isEqualTo(403);
    }

    @Test
    void theKindOfAPolicyStays() {
        Api acme = Api.acme();
        Api.Reply created = acme.post("/policies", strict(Api.unique("p"), "nowhere"));

        assertThat(acme.put("/policies/" + created.id(), """
                                {"name":"p","kind":"authorization","spec":{"target":{"namespace":"shop"},
                                 "authorization":{"allow":[{"serviceAccount":"a/b"}]}}}
                                """).violations()).isEqualTo(Map.of("kind", "IMMUTABLE"));
    }
}
