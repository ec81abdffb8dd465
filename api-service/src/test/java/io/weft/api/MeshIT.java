package io.weft.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import io.weft.kit.id.PublicId;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** Releases, meshes, installations. */
@HubTest
class MeshIT {
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    @Test
    void aReleaseIsUploadedOnceAndTheSameAgainIsTheSame() {
        Api acme = Api.acme();
        byte[] bundle = Fixtures.bundle("1.20.0", "x");

        Api.Reply first = acme.upload(bundle, Fixtures.contentDigest(bundle));
        Api.Reply again = acme.upload(bundle, Fixtures.contentDigest(bundle));

        assertThat(first.status()).isEqualTo(201);
        assertThat(first.body().path("name").asText()).isEqualTo("istio-1.20.0");
        assertThat(first.body().path("status").path("kubernetes").path("max").asText())
                .isEqualTo("1.33");
        assertThat(again.status()).isEqualTo(200);
        assertThat(again.id()).isEqualTo(first.id());
        assertThat(Hub.value("SELECT count(*) FROM due_work WHERE kind = 'release' AND object_id = '%s'"
                        .formatted(PublicId.parse("ren", first.id()))))
                .isEqualTo("1");
    }

    @Test
    void anotherContentOfTheSameVersionIsRefused() {
        Api acme = Api.acme();
        byte[] first = Fixtures.bundle("1.21.0", "x");
        byte[] second = Fixtures.bundle("1.21.0", "y");
        String id = acme.upload(first, Fixtures.contentDigest(first)).id();

        Api.Reply reply = acme.upload(second, Fixtures.contentDigest(second));

        assertThat(reply.code()).isEqualTo("NAME_TAKEN");
        assertThat(reply.body().path("existingId").asText()).isEqualTo(id);
    }

    @Test
    void aWrongDigestOrABrokenBundleIsRefused() {
        Api acme = Api.acme();
        byte[] bundle = Fixtures.bundle("1.22.0", "x");
        byte[] broken = "no gzip".getBytes(StandardCharsets.UTF_8);

        Api.Reply wrong = acme.upload(bundle, Fixtures.contentDigest(broken));

        assertThat(wrong.status()).isEqualTo(422);
        assertThat(wrong.violations()).isEqualTo(Map.of("Content-Digest", "DIGEST_MISMATCH"));
        assertThat(acme.upload(bundle, "sha-256=nonsense").violations())
                .isEqualTo(Map.of("Content-Digest", "INVALID_FORM"));
        assertThat(acme.upload(broken, Fixtures.contentDigest(broken)).violations())
                .isEqualTo(Map.of("", "BAD_ARCHIVE"));
        assertThat(Hub.value("SELECT count(*) FROM mesh_release WHERE version = '1.22.0'"))
                .isEqualTo("0");
    }

    @Test
    void aMeshWantsAnUploadedVersionAndAModeOfItsFamily() {
        Api acme = Api.acme();
        String body = "{\"name\":\"m\",\"spec\":{\"family\":\"istio\",\"mode\":\"%s\",\"version\":\"%s\"}}";

        assertThat(acme.post("/meshes", body.formatted("sidecar", "9.9.9")).violations())
                .isEqualTo(Map.of("spec.version", "UNKNOWN_REFERENCE"));
        assertThat(acme.post("/meshes", body.formatted("vm", "1.26.0")).violations())
                .isEqualTo(Map.of("spec.mode", "UNKNOWN_VALUE"));
    }

    @Test
    void familyAndModeOfAMeshStay() {
        Api acme = Api.acme();
        String mesh = Fixtures.mesh(acme, "1.26.0");

        assertThat(acme.put("/meshes/" + mesh, """
                                {"name":"m","spec":{"family":"linkerd","mode":"sidecar","version":"1.26.0"}}
                                """).violations()).isEqualTo(Map.of("spec.family", "IMMUTABLE"));
    }

    @Test
    void anInstallationPlacesTheSelectedNamespacesOnItsDefaultRevision() {
        Api acme = Api.acme();
        String mesh = Fixtures.mesh(acme, "1.26.0");
        String cluster = Fixtures.cluster(acme, "{}");
        Fixtures.namespace(cluster, "shop", "{\"mesh\":\"on\"}");
        Fixtures.namespace(cluster, "plain", "{}");
        Fixtures.namespace(cluster, "kube-system", "{\"mesh\":\"on\"}");

        String id = Fixtures.installation(acme, mesh, cluster, "mesh=on");

        JsonNode status = acme.get("/installations/" + id).body().path("status");
        assertThat(status.path("controlPlanes").path(0).path("revision").asText())
                .isEqualTo("1-26-0");
        assertThat(status.path("controlPlanes").path(0).path("default").asBoolean())
                .isTrue();
        assertThat(status.path("namespaces").toString()).isEqualTo("[\"shop\"]");
        assertThat(Hub.value(
                        "SELECT requested_version || ' ' || requested_reason FROM agent_link WHERE cluster_id = '%s'"
                                .formatted(PublicId.parse("clu", cluster))))
                .startsWith("1 installation");
        assertThat(Hub.value("SELECT count(*) FROM due_work WHERE kind = 'compile' AND object_id = '%s'"
                        .formatted(PublicId.parse("clu", cluster))))
                .isEqualTo("1");
    }

    @Test
    void namespacesThatCameLaterAreFoundByTheNextWrite() {
        Api acme = Api.acme();
        String mesh = Fixtures.mesh(acme, "1.26.0");
        String cluster = Fixtures.cluster(acme, "{}");
        String id = Fixtures.installation(acme, mesh, cluster, "mesh=on");
        Fixtures.namespace(cluster, "late", "{\"mesh\":\"on\"}");

        Api.Reply written = acme.put("/installations/" + id, """
                {"name":"%s","spec":{"meshId":"%s","clusterId":"%s","namespaceSelector":"mesh=on"}}
                """.formatted(Api.unique("i"), mesh, cluster));

        assertThat(written.body().path("status").path("namespaces").toString()).isEqualTo("[\"late\"]");
        assertThat(acme.get("/namespaces?clusterId=" + cluster)
                        .body()
                        .path("items")
                        .path(0)
                        .path("installationId")
                        .asText())
                .isEqualTo(id);
    }

    @Test
    void theClustersOwnSelectorLimitsWhatIsPlaced() {
        Api acme = Api.acme();
        String mesh = Fixtures.mesh(acme, "1.26.0");
        String cluster = acme.post("/clusters", """
                        {"name":"%s","spec":{"access":"lifecycle","namespaceSelector":"managed=yes"}}
                        """.formatted(Api.unique("c"))).id();
        Fixtures.namespace(cluster, "mine", "{\"mesh\":\"on\",\"managed\":\"yes\"}");
        Fixtures.namespace(cluster, "theirs", "{\"mesh\":\"on\"}");

        String id = Fixtures.installation(acme, mesh, cluster, "mesh=on");

        assertThat(acme.get("/installations/" + id)
                        .body()
                        .path("status")
                        .path("namespaces")
                        .toString())
                .isEqualTo("[\"mine\"]");

        assertThat(acme.put("/clusters/" + cluster, """
                                {"name":"%s","spec":{"access":"lifecycle"}}
                                """.formatted(Api.unique("c")))
                        .status())
                .isEqualTo(200);
        awaitPlaced(acme, id, "[\"mine\",\"theirs\"]");
    }

    @Test
    void placementsFollowWhatTheAgentTellsOfNamespaces() {
        Api acme = Api.acme();
        String mesh = Fixtures.mesh(acme, "1.26.0");
        String cluster = Fixtures.cluster(acme, "{}");
        String id = Fixtures.installation(acme, mesh, cluster, "mesh=on");
        Fixtures.namespace(cluster, "late", "{\"mesh\":\"on\"}");

        told(cluster);

        awaitPlaced(acme, id, "[\"late\"]");
        assertThat(Hub.value("SELECT requested_reason FROM agent_link WHERE cluster_id = '%s'"
                        .formatted(PublicId.parse("clu", cluster))))
                .isEqualTo("namespaces of the cluster");

        Hub.sql("UPDATE inventory_object SET body = '{\"labels\":{}}' WHERE name = 'late' AND cluster_id = '%s'"
                .formatted(PublicId.parse("clu", cluster)));
        told(cluster);

        awaitPlaced(acme, id, "[]");
    }

    @Test
    void aNamespaceThatComesDuringARolloutWaitsForItsEnd() {
        Api acme = Api.acme();
        String mesh = Fixtures.mesh(acme, "1.26.0");
        String cluster = Fixtures.cluster(acme, "{}");
        String id = Fixtures.installation(acme, mesh, cluster, "mesh=on");
        UUID clusterId = PublicId.parse("clu", cluster);
        Hub.sql("""
                INSERT INTO rollout (tenant_id, id, mesh_id, installation_id, cluster_id, from_version, to_version, spec)
                SELECT tenant_id, gen_random_uuid(), mesh_id, id, cluster_id, '1.26.0', '1.27.0',
                    jsonb_build_object('installationId', 'ins_' || id, 'toVersion', '1.27.0', 'waves', '[{"name":"all"}]'::jsonb) FROM installation
                WHERE cluster_id = '%s'
                """.formatted(clusterId));
        Fixtures.namespace(cluster, "late", "{\"mesh\":\"on\"}");

        told(cluster);

        await().atMost(PATIENCE)
                .until(() -> Hub.value(
                                "SELECT due_time > now() FROM due_work WHERE kind = 'placement' AND object_id = '%s'"
                                        .formatted(clusterId))
                        .equals("t"));
        assertThat(placed(acme, id)).isEqualTo("[]");
    }

    private static void told(String cluster) {
        Hub.sql("""
                INSERT INTO due_work (kind, tenant_id, object_id, due_time, reason)
                SELECT 'placement', tenant_id, id, now(), 'namespaces' FROM cluster WHERE id = '%s'
                """.formatted(PublicId.parse("clu", cluster)));
    }

    private static String placed(Api api, String installation) {
        return api.get("/installations/" + installation)
                .body()
                .path("status")
                .path("namespaces")
                .toString();
    }

    private static void awaitPlaced(Api api, String installation, String namespaces) {
        await().atMost(PATIENCE)
                .untilAsserted(() -> assertThat(placed(api, installation)).isEqualTo(namespaces));
    }

    @Test
    void withoutRightsToInstallNoMeshIsInstalled() {
        Api acme = Api.acme();
        String mesh = Fixtures.mesh(acme, "1.26.0");
        String cluster = acme.post("/clusters", """
                        {"name":"%s","spec":{"access":"observe"}}
                        """.formatted(Api.unique("c"))).id();

        Api.Reply reply = acme.post("/installations", """
                {"name":"i","spec":{"meshId":"%s","clusterId":"%s"}}
                """.formatted(mesh, cluster));

        assertThat(reply.code()).isEqualTo("STATE_CONFLICT");
        assertThat(reply.body().path("detail").asText()).contains("access observe", "lifecycle");
    }

    @Test
    void rolloutsThatEndedKeepNothingFromBeingDeletedAndStayReadable() {
        Api acme = Api.acme();
        String mesh = Fixtures.mesh(acme, "1.26.0");
        String cluster = Fixtures.cluster(acme, "{}");
        String id = Fixtures.installation(acme, mesh, cluster, "mesh=on");
        String name = Api.unique("note");
        Hub.sql("""
                INSERT INTO rollout (tenant_id, id, mesh_id, installation_id, cluster_id, from_version, to_version, spec,
                    phase, message)
                SELECT tenant_id, gen_random_uuid(), mesh_id, id, cluster_id, '1.26.0', '1.27.0',
                    jsonb_build_object('installationId', 'ins_' || id, 'toVersion', '1.27.0', 'waves', '[{"name":"all"}]'::jsonb), 'completed', '%s'
                FROM installation WHERE id = '%s'
                """.formatted(name, PublicId.parse("ins", id)));
        acme.delete("/installations/" + id);
        Hub.sql("DELETE FROM control_plane WHERE installation_id = '%s'".formatted(PublicId.parse("ins", id)));

        assertThat(acme.delete("/installations/" + id).status()).isEqualTo(204);
        assertThat(acme.delete("/clusters/" + cluster).status()).isEqualTo(204);
        assertThat(acme.delete("/meshes/" + mesh).status()).isEqualTo(204);

        assertThat(acme.get("/rollouts?pageSize=200").body().toString()).contains(name);
    }

    @Test
    void aNamespaceOfAnotherInstallationIsAConflictThatNamesIt() {
        Api acme = Api.acme();
        String mesh = Fixtures.mesh(acme, "1.26.0");
        String cluster = Fixtures.cluster(acme, "{}");
        String first = Fixtures.installation(acme, mesh, cluster, "mesh=on");
        Fixtures.namespace(cluster, "shared", "{\"mesh\":\"on\"}");
        // Another family's installation, as it would stand after its own write.
        Hub.sql("""
                INSERT INTO mesh (tenant_id, id, name, family, mode, version, spec)
                SELECT tenant_id, gen_random_uuid(), '%1$s', 'linkerd', 'sidecar', '1',
                    '{"family":"linkerd","mode":"sidecar","version":"1"}' FROM cluster WHERE id = '%2$s';
                INSERT INTO installation (tenant_id, id, name, mesh_id, cluster_id, spec)
                SELECT tenant_id, gen_random_uuid(), '%1$s', id, '%2$s',
                    jsonb_build_object('meshId', 'msh_' || id, 'clusterId', 'clu_%2$s') FROM mesh WHERE name = '%1$s';
                INSERT INTO placement (tenant_id, cluster_id, namespace, installation_id, revision)
                SELECT tenant_id, '%2$s', 'shared', id, 'r' FROM installation WHERE name = '%1$s'
                """.formatted(Api.unique("other"), PublicId.parse("clu", cluster)));

        Api.Reply reply = acme.put("/installations/" + first, """
                {"name":"%s","spec":{"meshId":"%s","clusterId":"%s","namespaceSelector":"mesh=on"}}
                """.formatted(Api.unique("i"), mesh, cluster));

        assertThat(reply.status()).isEqualTo(409);
        assertThat(reply.body().path("detail").asText()).contains("shared");
    }

    @Test
    void whatIsInstalledElsewhereCannotBeNamedOrMoved() {
        String mesh = Fixtures.mesh(Api.acme(), "1.26.0");
        String cluster = Fixtures.cluster(Api.acme(), "{}");

        assertThat(Api.globex()
                        .post("/installations", """
                                {"name":"i","spec":{"meshId":"%s","clusterId":"%s","values":{}}}
                                """.formatted(mesh, cluster))
                        .violations())
                .containsEntry("spec.meshId", "UNKNOWN_REFERENCE")
                .containsEntry("spec.clusterId", "UNKNOWN_REFERENCE");
    }

    @Test
    void aClusterOutsideTheReleasesKubernetesIsRefused() {
        Api acme = Api.acme();
        String mesh = Fixtures.mesh(acme, "1.26.0");
        String cluster = Fixtures.cluster(acme, "{}");
        Hub.sql("UPDATE cluster_status SET kubernetes_version = 'v1.40.0' WHERE cluster_id = '%s'"
                .formatted(PublicId.parse("clu", cluster)));

        assertThat(acme.post("/installations", """
                                {"name":"i","spec":{"meshId":"%s","clusterId":"%s"}}
                                """.formatted(mesh, cluster)).code())
                .isEqualTo("SKEW_VIOLATION");
    }

    @Test
    void removalWaitsUntilTheControlPlanesAreGone() {
        Api acme = Api.acme();
        String mesh = Fixtures.mesh(acme, "1.26.0");
        String cluster = Fixtures.cluster(acme, "{}");
        String id = Fixtures.installation(acme, mesh, cluster, "mesh=on");

        assertThat(acme.delete("/clusters/" + cluster).code()).isEqualTo("STATE_CONFLICT");
        assertThat(acme.delete("/installations/" + id).status()).isEqualTo(202);
        assertThat(Hub.value("SELECT wanted FROM control_plane WHERE installation_id = '%s'"
                        .formatted(PublicId.parse("ins", id))))
                .isEqualTo("f");
        Hub.sql("DELETE FROM control_plane WHERE installation_id = '%s'".formatted(PublicId.parse("ins", id)));

        assertThat(acme.delete("/installations/" + id).status()).isEqualTo(204);
        assertThat(acme.get("/installations/" + id).status()).isEqualTo(404);
    }
}
