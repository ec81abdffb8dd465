package io.weft.api;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** PATCH changes what it names, and leaves nothing behind that a PUT could not. */
@HubTest
class PatchIT {
    private final Api acme = Api.acme();

    private Api.Reply cluster() {
        return acme.post("/clusters", """
                {"name":"%s","labels":{"region":"eu","tier":"dev"},
                 "spec":{"access":"manage","namespaceSelector":"team=shop"}}
                """.formatted(Api.unique("patched")));
    }

    @Test
    void whatIsAbsentStaysAndNullRemoves() {
        Api.Reply before = cluster();

        Api.Reply after = acme.patch("/clusters/" + before.id(), """
                {"labels":{"tier":null,"team":"a"},"spec":{"namespaceSelector":null}}
                """);

        assertThat(after.status()).isEqualTo(200);
        JsonNode body = after.body();
        assertThat(body.path("name")).isEqualTo(before.body().path("name"));
        assertThat(body.path("labels")).isEqualTo(Contract.tree("{\"region\":\"eu\",\"team\":\"a\"}"));
        assertThat(body.path("spec").toString()).isEqualTo("{\"access\":\"manage\"}");
        assertThat(body.path("generation").asLong()).isEqualTo(2);
        assertThat(acme.get("/clusters/" + before.id()).body()).isEqualTo(body);
    }

    @Test
    void theMergedDocumentIsJudgedWhole() {
        String path = "/clusters/" + cluster().id();

        Api.Reply reply = acme.patch(path, """
                {"colour":"red","spec":{"access":null,"namespaceSelector":"==","lifecycleReleases":["nomesh"]}}
                """);

        assertThat(reply.status()).isEqualTo(422);
        assertThat(reply.violations())
                .isEqualTo(Map.of(
                        "colour", "UNKNOWN_FIELD",
                        "spec.access", "REQUIRED",
                        "spec.namespaceSelector", "INVALID_SELECTOR",
                        "spec.lifecycleReleases[0]", "INVALID_FORM"));
        assertThat(acme.get(path).body().path("generation").asLong()).isEqualTo(1);
    }

    @Test
    void whatCallersDoNotWriteIsLeftOutOfAccount() {
        Api.Reply before = cluster();

        Api.Reply after = acme.patch("/clusters/" + before.id(), """
                {"id":"clu_other","generation":77,"createTime":null,"status":{"reconciling":"no"},"spec":{"access":"observe"}}
                """);

        assertThat(after.status()).isEqualTo(200);
        assertThat(after.id()).isEqualTo(before.id());
        assertThat(after.body().path("generation").asLong()).isEqualTo(2);
        assertThat(after.body().path("createTime")).isEqualTo(before.body().path("createTime"));
    }

    @Test
    void aStaleReaderIsToldSo() {
        Api.Reply before = cluster();
        String path = "/clusters/" + before.id();
        String change = "{\"labels\":{\"tier\":\"prod\"}}";
        assertThat(acme.patch(path, change, "If-Match", before.header("ETag")).status())
                .isEqualTo(200);

        Api.Reply reply = acme.patch(path, change, "If-Match", before.header("ETag"));

        assertThat(reply.status()).isEqualTo(412);
        assertThat(reply.body().path("currentGeneration").asLong()).isEqualTo(2);
    }

    @Test
    void aDryRunStoresNothing() {
        String path = "/clusters/" + cluster().id();

        Api.Reply tried = acme.patch(path + "?dryRun=true", "{\"spec\":{\"access\":\"lifecycle\"}}");

        assertThat(tried.status()).isEqualTo(200);
        assertThat(tried.body().at("/spec/access").asText()).isEqualTo("lifecycle");
        assertThat(acme.get(path).body().at("/spec/access").asText()).isEqualTo("manage");
    }

    @Test
    void onlyAMergePatchIsTaken() {
        String path = "/clusters/" + cluster().id();

        assertThat(acme.patch(path, "[]").code()).isEqualTo("BODY_UNREADABLE");
        assertThat(acme.patch(path, "{\"spec\":{},\"spec\":{}}").code()).isEqualTo("BODY_UNREADABLE");
        assertThat(acme.patchAs("application/json", path, "{}").code()).isEqualTo("MEDIA_TYPE_UNSUPPORTED");
        assertThat(acme.patchAs("application/json-patch+json", path, "[]").code())
                .isEqualTo("MEDIA_TYPE_UNSUPPORTED");
    }

    @Test
    void policiesMeshesAndInstallationsAreChangedTheSameWay() {
        String mesh = Fixtures.mesh(acme, "1.26.0");
        Fixtures.upload(acme, "1.27.0");
        String cluster = Fixtures.cluster(acme, "{}");
        Fixtures.connected(cluster);
        String installation = Fixtures.installation(acme, mesh, cluster, "team=a");
        String policy = acme.post("/policies", """
                {"name":"%s","kind":"mutualTls","spec":{"target":{"namespace":"nowhere-%s"},"mutualTls":{"mode":"strict"}}}
                """.formatted(Api.unique("policy"), Api.unique("n")))
                .id();

        assertThat(acme.patch("/meshes/" + mesh, "{\"spec\":{\"version\":\"1.27.0\"}}")
                        .body()
                        .path("spec")
                        .toString())
                .isEqualTo("{\"family\":\"istio\",\"mode\":\"sidecar\",\"version\":\"1.27.0\"}");
        assertThat(acme.patch("/meshes/" + mesh, "{\"spec\":{\"mode\":\"ambient\"}}")
                        .violations())
                .containsEntry("spec.mode", "IMMUTABLE");
        assertThat(acme.patch("/installations/" + installation, "{\"spec\":{\"namespaceSelector\":\"team=b\"}}")
                        .body()
                        .at("/spec/namespaceSelector")
                        .asText())
                .isEqualTo("team=b");
        assertThat(acme.patch("/policies/" + policy, "{\"spec\":{\"mutualTls\":{\"mode\":\"permissive\"}}}")
                        .body()
                        .at("/spec/mutualTls/mode")
                        .asText())
                .isEqualTo("permissive");
        assertThat(acme.patch("/policies/" + policy, "{\"kind\":\"retry\"}").status())
                .isEqualTo(422);
    }
}
