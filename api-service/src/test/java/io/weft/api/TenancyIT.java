package io.weft.api;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.weft.kit.id.PublicId;
import java.util.List;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.junit.jupiter.api.Test;

/** Another organisation's key sees nothing of what is there: not in lists, not by id, not in logs. */
@HubTest
class TenancyIT {
    private static final List<String> LISTS = List.of(
            "/api-keys",
            "/clusters",
            "/enrolment-tokens",
            "/mesh-releases",
            "/meshes",
            "/installations",
            "/namespaces",
            "/services",
            "/workloads",
            "/policies",
            "/probes",
            "/rollouts",
            "/audit-entries",
            "/telemetry/services",
            "/telemetry/edges",
            "/telemetry/workloads",
            "/telemetry/resources");

    @Test
    void anotherOrganisationSeesNoneOfItAndCannotTouchIt() {
        Api acme = Api.acme();
        String cluster = Fixtures.cluster(acme, "{}");
        Fixtures.connected(cluster);
        Fixtures.namespace(cluster, "shop", "{\"mesh\":\"on\"}");
        String mesh = Fixtures.mesh(acme, "1.26.0");
        String installation = Fixtures.installation(acme, mesh, cluster, "mesh=on");
        String policy = acme.post("/policies", """
                        {"name":"%s","kind":"mutualTls","spec":{"target":{"namespace":"nowhere","clusterSelector":"set=nowhere"},"mutualTls":{"mode":"strict"}}}
                        """.formatted(Api.unique("p"))).id();
        String token = acme.post("/enrolment-tokens", "{\"spec\":{\"clusterId\":\"" + cluster + "\"}}")
                .id();
        String release = acme.get("/mesh-releases")
                .body()
                .path("items")
                .path(0)
                .path("id")
                .asText();
        String key =
                acme.get("/api-keys").body().path("items").path(0).path("id").asText();
        Hub.sql("""
                INSERT INTO traffic_10s SELECT tenant_id, id, now(), 'destination', '', '', 'shop', 'secretname', '', 'r',
                    1, 0, 0, 0, 0, '{1}', '{1,0}', 0, 0 FROM cluster WHERE id = '%s'
                """.formatted(PublicId.parse("clu", cluster)));
        assertThat(List.of(cluster, mesh, installation, policy, token, release, key))
                .doesNotContain("");
        Api globex = Api.globex();

        for (String list : LISTS) {
            JsonNode body = globex.get(list).body();
            assertThat(body.toString())
                    .as(list)
                    .contains("\"items\"")
                    .doesNotContain(cluster, mesh, installation, policy, token, release, key, "secretname");
        }
        for (String path : List.of(
                "/clusters/" + cluster,
                "/clusters/" + cluster + "/install",
                "/enrolment-tokens/" + token,
                "/mesh-releases/" + release,
                "/meshes/" + mesh,
                "/installations/" + installation,
                "/installations/" + installation + "/components",
                "/policies/" + policy,
                "/policies/" + policy + "/targets",
                "/policies/" + policy + "/revisions",
                "/api-keys/" + key)) {
            assertThat(acme.get(path).status()).as("own " + path).isNotEqualTo(404);
            assertThat(globex.get(path).status()).as("foreign " + path).isEqualTo(404);
        }
        for (String path : List.of(
                "/clusters/" + cluster,
                "/enrolment-tokens/" + token,
                "/mesh-releases/" + release,
                "/meshes/" + mesh,
                "/installations/" + installation,
                "/policies/" + policy,
                "/api-keys/" + key)) {
            assertThat(globex.delete(path).status()).as("delete " + path).isEqualTo(404);
        }
        assertThat(globex.post("/clusters/" + cluster + "/agent-revocations", "{\"reason\":\"x\"}")
                        .status())
                .isEqualTo(404);
        assertThat(globex.get("/clusters?labelSelector=x%3Dy").body().path("items"))
                .isEmpty();
        assertThat(globex.get("/enrolment-tokens?clusterId=" + cluster).body().path("items"))
                .isEmpty();
    }

    @Test
    void noLogLineHoldsASecret() {
        StringBuilder lines = new StringBuilder();
        Handler listener = new Handler() {
            @Override
            public void publish(LogRecord line) {
                lines.append(line.getMessage());
                for (Object parameter : line.getParameters() == null ? new Object[0] : line.getParameters()) {
                    lines.append(' ').append(parameter);
                }
                lines.append(line.getThrown() == null ? "" : line.getThrown().toString())
                        .append('\n');
            }

            @Override
            public void flush() {}

            @Override
            public void close() {}
        };
        Logger root = Logger.getLogger("");
        root.addHandler(listener);
        try {
            String cluster = Fixtures.cluster(Api.acme(), "{}");
            String token = Api.acme()
                    .post("/enrolment-tokens", "{\"spec\":{\"clusterId\":\"" + cluster + "\"}}")
                    .body()
                    .path("token")
                    .asText();
            new Api("weft_sat_planted").get("/clusters");
            // A failure inside the service is logged with its cause: a broken row, as no writer would leave one.
            Hub.sql("UPDATE cluster SET spec = '[]' WHERE id = '%s'".formatted(PublicId.parse("clu", cluster)));
            Api.Reply failed = Api.acme().get("/clusters/" + cluster);
            Hub.sql("UPDATE cluster SET spec = '{\"access\":\"observe\"}' WHERE id = '%s'"
                    .formatted(PublicId.parse("clu", cluster)));

            assertThat(failed.status()).isEqualTo(500);
            assertThat(failed.body().has("detail")).isFalse();
            assertThat(lines.toString())
                    .as("the failure is there to be found by its request id")
                    .contains(failed.body().path("requestId").asText())
                    .doesNotContain(token, Hub.adminKey("acme"), "weft_sat_planted");
        } finally {
            root.removeHandler(listener);
        }
    }

    @Test
    void everyWriteLeavesAnAuditRowThatNamesTheKeyAndTheRequest() {
        Api acme = Api.acme();
        String cluster = Fixtures.cluster(acme, "{}");
        acme.put(
                "/clusters/" + cluster,
                "{\"name\":\"%s\",\"spec\":{\"access\":\"manage\"}}".formatted(Api.unique("c")),
                "X-Request-Id",
                "audited.1");

        JsonNode entries = acme.get("/audit-entries?targetId=" + cluster).body().path("items");

        assertThat(entries).hasSize(2);
        assertThat(entries.path(0).path("action").asText()).isEqualTo("cluster.create");
        JsonNode update = entries.path(1);
        assertThat(update.path("requestId").asText()).isEqualTo("audited.1");
        assertThat(update.path("actor").asText()).startsWith("key_");
        assertThat(update.path("generationBefore").asInt()).isEqualTo(1);
        assertThat(update.path("generationAfter").asInt()).isEqualTo(2);
        assertThat(update.path("detail").path("unconditional").asBoolean())
                .as("no If-Match: the last write won")
                .isTrue();
        assertThat(update.path("detail").path("after").path("access").asText()).isEqualTo("manage");
    }
}
