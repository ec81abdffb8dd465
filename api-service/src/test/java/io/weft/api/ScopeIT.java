package io.weft.api;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.weft.kit.id.PublicId;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What a role in a cluster, or in a namespace of one, gives in the rest of the organisation: nothing. */
@HubTest
class ScopeIT {
    /** Types of objects that lie in a cluster. */
    private static final List<String> IN_CLUSTER = List.of("clu", "ins", "pol", "prb", "rol", "enr");
    /** Of a policy that labels select nobody but an admin of all may change anything. */
    private static final Set<String> EVERYWHERE_ONLY =
            Set.of("policies_create", "policies_replace", "policies_patch", "policies_delete");

    private static @Nullable Scene own;
    private static @Nullable Scene other;
    private static @Nullable Api admin;

    @BeforeAll
    static void twoClusters() {
        Fixtures.agentCa();
        own = new Scene(Api.acme(), true);
        other = new Scene(Api.acme(), true);
        admin = Api.bound("admin", ",\"clusterId\":\"" + own().id("clu") + "\"");
        IN_CLUSTER.forEach(prefix -> {
            own().id(prefix);
            other().id(prefix);
        });
    }

    private static Scene own() {
        return Objects.requireNonNull(own);
    }

    private static Scene other() {
        return Objects.requireNonNull(other);
    }

    static Stream<Contract.Operation> operations() {
        return Contract.ofThisBuild().operations().stream();
    }

    /** Calls whose path or body names an object of a cluster. */
    static Stream<Contract.Operation> namingACluster() {
        return operations().filter(operation -> {
            String call = operation.description().at("/x-codeSamples/0/source").asText();
            return IN_CLUSTER.stream().anyMatch(prefix -> call.contains(prefix + "_"));
        });
    }

    @ParameterizedTest
    @MethodSource("operations")
    void nothingOfAnotherClusterIsAnswered(Contract.Operation operation) {
        String path = Samples.dry(other(), operation);
        String body = Samples.body(other(), operation);
        List<String> others = IN_CLUSTER.stream()
                .map(other()::id)
                .filter(id -> !path.contains(id) && !body.contains(id))
                .toList();

        Api.Reply reply = Samples.send(Objects.requireNonNull(admin), operation, path, body);

        assertThat(reply.body().toString()).doesNotContain(others);
        if (!operation.scoped()) {
            assertThat(reply.status()).isEqualTo(403);
        }
    }

    @ParameterizedTest
    @MethodSource("namingACluster")
    void anObjectOfAnotherClusterIsUnknownAndOneOfTheOwnIsNot(Contract.Operation operation) {
        Api.Reply foreign =
                Samples.call(Objects.requireNonNull(admin), operation, Samples.dry(other(), operation), other());
        Api.Reply mine = Samples.call(Objects.requireNonNull(admin), operation, Samples.dry(own(), operation), own());

        boolean list = operation.verb().equals("GET") && !operation.path().contains("{id}");
        boolean may = operation.scoped() && !EVERYWHERE_ONLY.contains(operation.id());
        if (operation.path().contains("{id}") && operation.scoped()) {
            assertThat(foreign.status()).isEqualTo(404);
        } else if (list && operation.scoped()) {
            assertThat(foreign.body().path("items").size()).isZero();
        } else {
            assertThat(foreign.status()).isIn(403, 422);
        }
        assertThat(mine.status()).as("control: " + mine.body()).satisfies(status -> {
            if (may) { // 409: it was reached, and stands in the way of another object of this scene
                assertThat(status == 409 || status / 100 == 2).isTrue();
            } else {
                assertThat(status).isEqualTo(403);
            }
        });
    }

    private static String place(String cluster, String namespace) {
        return ",\"clusterId\":\"%s\",\"namespace\":\"%s\"".formatted(cluster, namespace);
    }

    private static List<String> values(Api.Reply list, String field) {
        return StreamSupport.stream(list.body().path("items").spliterator(), false)
                .map(item -> item.at(field).asText())
                .sorted()
                .toList();
    }

    @Test
    void aRoleInANamespaceShowsThatNamespaceAlone() {
        String cluster = Fixtures.cluster(Api.acme(), "{}");
        for (String namespace : List.of("shop", "payments")) {
            Fixtures.namespace(cluster, namespace, "{}");
            Fixtures.inventory(cluster, "Service", namespace, "web", "{}");
            Fixtures.inventory(cluster, "Workload", namespace, "web", "{}");
        }
        Api viewer = Api.bound("viewer", place(cluster, "shop"));

        assertThat(values(viewer.get("/namespaces"), "/name")).containsExactly("shop");
        assertThat(values(viewer.get("/services"), "/namespace")).containsExactly("shop");
        assertThat(values(viewer.get("/workloads"), "/namespace")).containsExactly("shop");
        assertThat(viewer.get("/clusters").body().path("items")).isEmpty();
        assertThat(viewer.get("/clusters/" + cluster).status()).isEqualTo(404);
        assertThat(values(Api.acme().get("/services?clusterId=" + cluster), "/namespace"))
                .as("control")
                .containsExactly("payments", "shop");
    }

    @Test
    void aRoleInANamespaceShowsItsTrafficAlone() {
        String cluster = Fixtures.cluster(Api.acme(), "{}");
        for (String namespace : List.of("shop", "payments")) {
            Hub.sql("""
                    INSERT INTO traffic_10s SELECT tenant_id, id, '2026-01-01T00:00:00Z', 'destination', 'load', 'client',
                        '%s', 'web', 'web', '1-26-0', 7, 0, 0, 0, 0, '{10}', '{7,0}', 0, 0 FROM cluster WHERE id = '%s'
                    """.formatted(namespace, PublicId.parse("clu", cluster)));
        }
        Api viewer = Api.bound("viewer", place(cluster, "shop"));
        String range = "from=2026-01-01T00:00:00Z&to=2026-01-01T00:01:00Z";

        assertThat(values(viewer.get("/telemetry/services?" + range), "/namespace"))
                .containsExactly("shop");
        assertThat(values(Api.acme().get("/telemetry/services?" + range + "&clusterId=" + cluster), "/namespace"))
                .as("control")
                .containsExactly("payments", "shop");
        assertThat(viewer.get("/telemetry/series?" + range + "&step=1m")
                        .body()
                        .at("/points/0/value")
                        .asInt())
                .isEqualTo(7);
    }

    private static String policy(String name, String cluster, String namespace) {
        return """
                {"name":"%s","kind":"mutualTls",
                 "spec":{"target":{"namespace":"%s","clusterSelector":"%s"},"mutualTls":{"mode":"strict"}}}
                """.formatted(name, namespace, cluster);
    }

    @Test
    void anEditorOfANamespaceWritesPoliciesThatCanHoldNowhereElse() {
        String cluster = own().id("clu");
        String elsewhere = other().id("clu");
        Api editor = Api.bound("editor", place(cluster, "shop"));
        String named = "weft.io/cluster-id=" + cluster;

        Api.Reply created = editor.post("/policies", policy(Api.unique("own"), named, "shop"));

        assertThat(created.status()).as(created.body().toString()).isEqualTo(201);
        assertThat(values(editor.get("/policies/" + created.id() + "/targets"), "/clusterId"))
                .as("in force in the one cluster")
                .containsExactly(cluster);
        for (String refused : List.of(
                policy("p", named, "payments"),
                policy("p", "region=eu", "shop"),
                policy("p", "weft.io/cluster-id in (" + cluster + "," + elsewhere + ")", "shop"),
                policy("p", "weft.io/cluster-id!=" + elsewhere, "shop"),
                policy("p", "weft.io/cluster-id=x", "shop"))) {
            assertThat(editor.post("/policies", refused).code()).as(refused).isEqualTo("PERMISSION_MISSING");
        }
        assertThat(editor.patch(
                                "/policies/" + created.id(),
                                "{\"spec\":{\"target\":{\"clusterSelector\":\"region=eu\"}}}")
                        .code())
                .isEqualTo("PERMISSION_MISSING");
        assertThat(editor.delete("/policies/" + created.id()).status()).isEqualTo(202);
    }

    @Test
    void ofAPolicyThatHoldsElsewhereTooOnlyTheOwnTargetsShow() {
        String label = Api.unique("both");
        Scene one = new Scene(Api.acme(), false);
        Scene two = new Scene(Api.acme(), false);
        for (Scene scene : List.of(one, two)) {
            scene.id("ins");
            Api.acme().patch("/clusters/" + scene.id("clu"), "{\"labels\":{\"both\":\"" + label + "\"}}");
        }
        String id = Api.acme()
                .post("/policies", policy(Api.unique("both"), "both=" + label, "shop"))
                .id();
        Api viewer = Api.bound("viewer", ",\"clusterId\":\"" + one.id("clu") + "\"");

        JsonNode seen = viewer.get("/policies/" + id).body();

        assertThat(seen.at("/status/targets").findValuesAsText("clusterId")).containsExactly(one.id("clu"));
        assertThat(values(viewer.get("/policies/" + id + "/targets"), "/clusterId"))
                .containsExactly(one.id("clu"));
        assertThat(values(Api.acme().get("/policies/" + id + "/targets"), "/clusterId"))
                .as("control")
                .containsExactlyInAnyOrder(one.id("clu"), two.id("clu"));
    }

    @Test
    void nobodyCanLabelAClusterAsWeftDoes() {
        assertThat(Api.acme()
                        .post(
                                "/clusters",
                                "{\"name\":\"c\",\"labels\":{\"weft.io/cluster-id\":\"x\"},\"spec\":{\"access\":\"observe\"}}")
                        .violations())
                .containsValue("RESERVED_LABEL");
    }
}
