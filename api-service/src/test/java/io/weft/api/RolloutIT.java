package io.weft.api;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.weft.kit.id.PublicId;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Rollouts. */
@HubTest
class RolloutIT {
    private record Scene(Api api, String mesh, String cluster, String installation) {
        String body(String version, String waves) {
            return """
                    {"spec":{"installationId":"%s","toVersion":"%s","waves":%s,"acceptUnsupported":["envoy"]}}
                    """.formatted(installation, version, waves);
        }

        void want(String version) {
            Fixtures.upload(api, version);
            assertThat(api.put("/meshes/" + mesh, """
                                    {"name":"%s","spec":{"family":"istio","mode":"sidecar","version":"%s"}}
                                    """.formatted(Api.unique("m"), version))
                            .status())
                    .isEqualTo(200);
        }
    }

    private static final String ALL = "[{\"name\":\"canary\",\"namespaceSelector\":\"tier=dev\"},{\"name\":\"rest\"}]";

    private static Scene scene() {
        Api acme = Api.acme();
        String mesh = Fixtures.mesh(acme, "1.26.0");
        String cluster = Fixtures.cluster(acme, "{}");
        Fixtures.connected(cluster);
        Fixtures.namespace(cluster, "dev", "{\"mesh\":\"on\",\"tier\":\"dev\"}");
        Fixtures.namespace(cluster, "prod", "{\"mesh\":\"on\"}");
        return new Scene(acme, mesh, cluster, Fixtures.installation(acme, mesh, cluster, "mesh=on"));
    }

    @Test
    void aRolloutIsPlannedWithTheNamespacesOfItsWaves() {
        Scene scene = scene();
        scene.want("1.27.0");

        Api.Reply created = scene.api().post("/rollouts", scene.body("1.27.0", ALL));

        assertThat(created.status()).isEqualTo(202);
        assertThat(created.header("Location")).isEqualTo("/api/v1/rollouts/" + created.id());
        assertThat(created.body().path("status").path("from").asText()).isEqualTo("1.26.0");
        JsonNode waves =
                scene.api().get("/rollouts/" + created.id() + "/waves").body().path("items");
        assertThat(waves.path(0).path("targets").path(0).path("namespace").asText())
                .isEqualTo("dev");
        assertThat(waves.path(1).path("targets").path(0).path("namespace").asText())
                .isEqualTo("prod");
        assertThat(Hub.value("SELECT count(*) FROM due_work WHERE kind = 'rollout' AND object_id = '%s'"
                        .formatted(PublicId.parse("rol", created.id()))))
                .isEqualTo("1");
    }

    @Test
    void oneRolloutAtATimePerCluster() {
        Scene scene = scene();
        scene.want("1.27.0");
        Api.Reply first = scene.api().post("/rollouts", scene.body("1.27.0", ALL));

        assertThat(scene.api().post("/rollouts", scene.body("1.27.0", ALL)).code())
                .isEqualTo("STATE_CONFLICT");
        assertThat(scene.api().delete("/installations/" + scene.installation()).code())
                .isEqualTo("STATE_CONFLICT");

        Hub.sql("UPDATE rollout SET phase = 'aborted' WHERE id = '%s'".formatted(PublicId.parse("rol", first.id())));
        assertThat(scene.api().post("/rollouts", scene.body("1.27.0", ALL)).status())
                .isEqualTo(202);
    }

    @Test
    void theMeshMustWantTheVersionFirst() {
        Scene scene = scene();

        Api.Reply reply = scene.api().post("/rollouts", scene.body("1.27.0", ALL));

        assertThat(reply.status()).isEqualTo(422);
        assertThat(reply.violations()).containsEntry("spec.toVersion", "NOT_DESIRED");
    }

    @Test
    void aVersionThatCannotBeReachedInOneStepIsRefused() {
        Scene scene = scene();
        scene.want("1.28.0");

        Api.Reply reply = scene.api().post("/rollouts", scene.body("1.28.0", ALL));

        assertThat(reply.code()).isEqualTo("NO_UPGRADE_PATH");
        assertThat(reply.body().path("reason").asText()).isEqualTo("SkipsMinor");
        assertThat(reply.violations()).containsKey("spec.toVersion");
    }

    @Test
    void wavesMustTakeEveryNamespaceAndEachAtLeastOne() {
        Scene scene = scene();
        scene.want("1.27.0");

        assertThat(scene.api()
                        .post(
                                "/rollouts",
                                scene.body("1.27.0", "[{\"name\":\"a\",\"namespaceSelector\":\"tier=dev\"}]"))
                        .violations())
                .isEqualTo(Map.of("spec.waves", "INCOMPLETE"));
        assertThat(scene.api()
                        .post("/rollouts", scene.body("1.27.0", "[{\"name\":\"a\"},{\"name\":\"b\"}]"))
                        .violations())
                .isEqualTo(Map.of("spec.waves[1].namespaceSelector", "MATCHES_NOTHING"));
    }

    @Test
    void everythingWrongWithThePlanComesAtOnce() {
        Api.Reply reply = Api.acme().post("/rollouts", """
                {"spec":{"installationId":"x","toVersion":"1.27.0","onFailure":"panic","acceptUnsupported":["all"],
                 "finalSoak":"soon","waves":[{"name":"a","soak":"1 h","maxParallelWorkloads":0},{"name":"a","namespaceSelector":"(("}],
                 "gates":[{"name":"g","kind":"proxySync","maxDrop":0.1}]}}
                """);

        assertThat(reply.violations())
                .containsEntry("spec.onFailure", "UNKNOWN_VALUE")
                .containsEntry("spec.acceptUnsupported[0]", "UNKNOWN_VALUE")
                .containsEntry("spec.finalSoak", "INVALID_FORM")
                .containsEntry("spec.waves[0].soak", "INVALID_FORM")
                .containsEntry("spec.waves[0].maxParallelWorkloads", "OUT_OF_RANGE")
                .containsEntry("spec.waves[1].namespaceSelector", "INVALID_SELECTOR")
                .containsEntry("spec.gates[0].maxDrop", "CONTRADICTION");
        assertThat(Api.acme()
                        .post("/rollouts", "{\"spec\":{\"installationId\":\"x\",\"toVersion\":\"1\",\"waves\":[]}}")
                        .violations())
                .containsEntry("spec.waves", "WRONG_SIZE");
    }

    @Test
    void completeIsRefusedWhileAnythingStandsOnTheOldRevision() {
        Scene scene = scene();
        scene.want("1.27.0");
        Api.Reply rollout = scene.api().post("/rollouts", scene.body("1.27.0", ALL));
        String complete = "/rollouts/" + rollout.id() + "/commands";
        String body = "{\"command\":\"complete\",\"reason\":\"all looks well\"}";
        String placed = "UPDATE placement SET revision = '1-27-0' WHERE cluster_id = '%s'"
                .formatted(PublicId.parse("clu", scene.cluster()));

        assertThat(scene.api().post(complete, body).body().path("detail").asText())
                .contains("dev", "prod");
        Hub.sql(placed);
        String seen =
                "UPDATE cluster_status SET mesh_status = '{\"proxies\":[{\"namespace\":\"prod\",\"workload\":\"web\","
                        + "\"revision\":\"%s\"}]}' WHERE cluster_id = '%s'";
        Hub.sql(seen.formatted("1-26-0", PublicId.parse("clu", scene.cluster())));
        assertThat(scene.api().post(complete, body).body().path("detail").asText())
                .contains("prod/web");

        Hub.sql(seen.formatted("1-27-0", PublicId.parse("clu", scene.cluster())));
        assertThat(scene.api().post(complete, body).status()).isEqualTo(202);
    }

    @Test
    void aCommandIsKeptUntilTheOrchestratorTakesItAndAnEndedRolloutTakesNone() {
        Scene scene = scene();
        scene.want("1.27.0");
        Api.Reply rollout = scene.api().post("/rollouts", scene.body("1.27.0", ALL));
        String commands = "/rollouts/" + rollout.id() + "/commands";

        Api.Reply paused = scene.api().post(commands, "{\"command\":\"pause\",\"reason\":\"lunch\"}");

        assertThat(paused.status()).isEqualTo(202);
        assertThat(scene.api()
                        .get(commands)
                        .body()
                        .path("items")
                        .path(0)
                        .path("reason")
                        .asText())
                .isEqualTo("lunch");
        assertThat(scene.api()
                        .post(commands, "{\"command\":\"fly\",\"reason\":\"\"}")
                        .violations())
                .isEqualTo(Map.of("command", "UNKNOWN_VALUE", "reason", "BLANK"));
        assertThat(Api.as("editor")
                        .post(commands, "{\"command\":\"abort\",\"reason\":\"x\"}")
                        .status())
                .isEqualTo(403);
        Hub.sql("UPDATE rollout SET phase = 'completed' WHERE id = '%s'"
                .formatted(PublicId.parse("rol", rollout.id())));
        assertThat(scene.api()
                        .post(commands, "{\"command\":\"abort\",\"reason\":\"x\"}")
                        .code())
                .isEqualTo("STATE_CONFLICT");
    }
}
