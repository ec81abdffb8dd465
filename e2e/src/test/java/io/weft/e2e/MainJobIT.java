package io.weft.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import io.weft.e2e.Callers.Outcome;
import io.weft.e2e.demo.Cluster;
import io.weft.e2e.demo.Hub;
import io.weft.e2e.demo.MainJob;
import io.weft.e2e.demo.Report;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestMethodOrder;

/**
 * The demo's scenario once, with each claim looked at from outside: with kubectl, SQL and pods of the suite's own. The
 * methods are the steps of one story; a step whose predecessor failed fails as well.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class MainJobIT {
    private static final String MANAGED = "app.kubernetes.io/managed-by=weft";
    private static final String LIFECYCLE = "weft-agent-lifecycle";
    private static final String KINDS = "peerauthentications.security.istio.io,authorizationpolicies.security.istio.io,"
            + "virtualservices.networking.istio.io,destinationrules.networking.istio.io";

    private int reached;
    private @org.jspecify.annotations.Nullable Live running;

    @BeforeAll
    void startFromNothing() {
        running = Live.start();
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
    void theAgentEnrolsWithNoMoreRightsThanTheReleasesGrant() {
        step(0, MainJob::enrol);
        JsonNode lifecycle = cluster().get("clusterrole", LIFECYCLE).path("rules");
        JsonNode promised =
                main().hub().get("/clusters/" + main().clusterId() + "/install").at("/values/lifecycleRules");
        assertThat(Live.items(lifecycle)).isNotEmpty().containsExactlyElementsOf(Live.items(promised));
        JsonNode own = cluster().get("clusterrole", "weft-agent").path("rules");
        assertThat(Live.items(own))
                .flatExtracting(rule -> Live.items(rule.path("verbs")))
                .extracting(JsonNode::asText)
                .containsOnly("get", "list", "watch", "patch", "create", "delete");
        for (JsonNode rules : List.of(lifecycle, own)) {
            assertThat(Live.items(rules))
                    .flatExtracting(rule -> Live.items(rule.path("verbs")))
                    .extracting(JsonNode::asText)
                    .doesNotContain("escalate", "bind", "impersonate");
        }
        for (String all : List.of("resources", "apiGroups")) {
            assertThat(Live.items(own))
                    .flatExtracting(rule -> Live.items(rule.path(all)))
                    .extracting(JsonNode::asText)
                    .doesNotContain("*");
        }
    }

    @Test
    @Order(2)
    void everyPodOfTheSampleRunsTheInstalledProxy() {
        step(1, MainJob::installMesh);
        // Pods without a proxy go only when their successors are ready.
        await().atMost(Duration.ofSeconds(60))
                .untilAsserted(() ->
                        assertThat(live().proxyImages()).containsExactly("docker.io/istio/proxyv2:" + MainJob.OLD));
        assertThat(live().revisions()).hasSize(1);
    }

    @Test
    @Order(3)
    void threePoliciesAreEnforcedWithTheirProof() {
        step(2, MainJob::enforcePolicies);
        Callers callers = new Callers(cluster());
        callers.unmeshedNamespace("outside");
        assertThat(callers.call("outside", "default", "http://orders.orders:8080/healthz"))
                .as("control: the caller works where plaintext is allowed")
                .isEqualTo(new Outcome(200, ""));
        Outcome plaintext = callers.call("outside", "default", "http://web.shop:8080/healthz");
        assertThat(plaintext.status()).as("plaintext into shop: " + plaintext).isZero();
        assertThat(callers.call("orders", "default", "http://payments.payments:8080/healthz")
                        .status())
                .as("an unlisted identity")
                .isEqualTo(403);
        assertThat(callers.call("orders", "orders", "http://payments.payments:8080/healthz"))
                .as("an allowed identity")
                .isEqualTo(new Outcome(200, ""));
    }

    @Test
    @Order(4)
    void whatWeftAppliesHasNoOtherFieldManager() {
        step(3, main -> {});
        Set<String> managers = Live.items(cluster().get(KINDS, "-A", "-l", MANAGED, "--show-managed-fields")).stream()
                .flatMap(object -> Live.items(object.at("/metadata/managedFields")).stream())
                .filter(entry -> !entry.path("subresource").asText().equals("status"))
                .map(entry -> entry.path("manager").asText())
                .collect(Collectors.toCollection(TreeSet::new));
        assertThat(managers).containsExactly("weft");
    }

    @Test
    @Order(5)
    void anObjectDeletedByHandComesBackWithinSeconds() {
        step(4, main -> {});
        JsonNode object = Live.items(
                        cluster().get("authorizationpolicies.security.istio.io", "-n", "payments", "-l", MANAGED))
                .getFirst();
        String name = object.at("/metadata/name").asText();
        cluster().kubectl("-n", "payments", "delete", "authorizationpolicies.security.istio.io", name);
        await().atMost(Duration.ofSeconds(15))
                .untilAsserted(() -> assertThat(cluster()
                                .tryKubectl(
                                        "",
                                        "-n",
                                        "payments",
                                        "get",
                                        "authorizationpolicies.security.istio.io",
                                        name,
                                        "-o",
                                        "jsonpath={.metadata.uid}")
                                .output())
                        .isNotEmpty()
                        .isNotEqualTo(object.at("/metadata/uid").asText()));
    }

    @Test
    @Order(6)
    void anotherOrganisationsKeySeesNothing() {
        step(5, main -> {});
        Hub globex = live().hubOf("globex");
        for (String list : List.of(
                "/clusters",
                "/meshes",
                "/installations",
                "/policies",
                "/rollouts",
                "/mesh-releases",
                "/enrolment-tokens",
                "/probes")) {
            assertThat(globex.get(list).path("items")).as(list).isEmpty();
        }
        assertThat(globex.tryGet("/clusters/" + main().clusterId()).status()).isEqualTo(404);
        assertThat(globex.tryGet("/clusters/" + main().clusterId() + "/install").status())
                .isEqualTo(404);
        assertThat(globex.tryGet("/installations/" + main().installationId()).status())
                .isEqualTo(404);
        assertThat(globex.get("/audit-entries").toString()).doesNotContain(main().clusterId());
    }

    @Test
    @Order(7)
    void theDatabaseShowsRowsToTheirOrganisationOnly() throws Exception {
        step(6, main -> {});
        try (Rows rows = Rows.asOwner(live().services())) {
            assertThat(rows.count("acme", "SELECT count(*) FROM cluster")).isEqualTo(1);
            assertThat(rows.count("globex", "SELECT count(*) FROM cluster")).isZero();
            assertThat(rows.countWithoutTenant("SELECT count(*) FROM cluster")).isZero();
            assertThat(rows.count("acme", "SELECT count(*) FROM policy_target WHERE state = 'enforced'"))
                    .isEqualTo(3);
        }
    }

    @Test
    @Order(8)
    void weftCountsWhatTheClientCounts() {
        step(7, MainJob::compareTelemetry);
    }

    @Test
    @Order(9)
    void aBadUpgradeIsRolledBackByItself() {
        step(8, main -> main.badRollout(change -> {}));
        assertThat(live().proxyImages()).containsExactly("docker.io/istio/proxyv2:" + MainJob.OLD);
        await().atMost(Duration.ofSeconds(30))
                .untilAsserted(() -> assertThat(live().revisions()).containsExactly("1-26-0"));
    }

    @Test
    @Order(10)
    void aGoodUpgradeKeepsBothRevisionsUntilTheSoakEnds() {
        List<Set<String>> whileSoaking = new ArrayList<>();
        List<Integer> completeTooEarly = new ArrayList<>();
        step(
                9,
                main -> main.goodRollout(change -> {
                    if (change.at("/status/phase").asText().equals("soaking")) {
                        whileSoaking.add(live().revisions());
                        if (change.at("/status/wave").asText().equals("shop")) {
                            completeTooEarly.add(main.hub()
                                    .tryPost(
                                            "/rollouts/" + change.path("id").asText() + "/commands",
                                            Map.of("command", "complete", "reason", "the suite tries it too early"))
                                    .status());
                        }
                    }
                }));
        assertThat(whileSoaking)
                .isNotEmpty()
                .allSatisfy(seen -> assertThat(seen).containsExactly("1-26-0", "1-27-0"));
        assertThat(completeTooEarly).isNotEmpty().containsOnly(409);
        await().atMost(Duration.ofSeconds(30))
                .untilAsserted(() -> assertThat(live().revisions()).containsExactly("1-27-0"));
        assertThat(live().proxyImages()).containsExactly("docker.io/istio/proxyv2:" + MainJob.NEW);
    }

    @Test
    @Order(11)
    void theReportHoldsWhatWasPromised() {
        step(10, main -> {});
        Report report = main().report(Duration.ZERO);
        assertThat(report.policies()).hasSize(3).allSatisfy(policy -> {
            assertThat(policy.state()).isEqualTo("enforced");
            assertThat(List.of(
                            policy.proof().probe(),
                            policy.proof().expected(),
                            policy.proof().observed(),
                            policy.proof().control()))
                    .doesNotContain("");
        });
        Report.Telemetry telemetry = report.telemetry();
        assertThat(Math.abs(telemetry.requestsByWeft() - telemetry.requestsByClient()) * 1000)
                .as("within 0.5 %%: %s", telemetry)
                .isLessThanOrEqualTo(telemetry.requestsByClient() * 5);
        assertThat(report.rollouts())
                .hasSize(2)
                .anySatisfy(rollout -> assertThat(rollout).isInstanceOfSatisfying(Report.RolledBack.class, bad -> {
                    assertThat(bad.gate()).isNotEmpty();
                    assertThat(bad.secondsFromFirstBadRequestToRestored()).isBetween(1.0, 60.0);
                    assertThat(bad.failedRequestsAfterRestored()).isZero();
                }));
        assertThat(report.rollouts())
                .anySatisfy(rollout -> assertThat(rollout).isInstanceOfSatisfying(Report.Completed.class, good -> {
                    assertThat(good.failedRequests()).isZero();
                    assertThat(good.requests()).isGreaterThanOrEqualTo(5_000);
                }));
        assertThat(report.memoryMiB().agent()).isBetween(1L, 140L);
        assertThat(main().audit())
                .extracting(entry -> entry.path("action").asText())
                .isNotEmpty();
    }

    @Test
    @Order(12)
    void preflightNamesWorkloadsThatWouldLoseRequestsAndRightsThatAreMissing() {
        step(11, main -> {});
        cluster()
                .kubectl(
                        "-n",
                        "outside",
                        "create",
                        "deployment",
                        "blunt",
                        "--image=weft.local/sample:1",
                        "--replicas=0");
        awaitPreflight("NoGracefulStop", "outside/blunt");

        JsonNode rules = cluster().get("clusterrole", LIFECYCLE).path("rules");
        List<JsonNode> fewer = Live.items(rules).stream()
                .filter(rule -> !rule.toString().contains("mutatingwebhookconfigurations"))
                .toList();
        assertThat(fewer).isNotEmpty().hasSizeLessThan(rules.size());
        setRules(fewer.toString());
        awaitPreflight("PermissionMissing", "mutatingwebhookconfigurations");
        assertThat(main().hub()
                        .get("/clusters/" + main().clusterId())
                        .at("/status/agent/missingPermissions")
                        .toString())
                .contains("mutatingwebhookconfigurations");

        setRules(rules.toString());
        await().atMost(Duration.ofSeconds(60))
                .untilAsserted(() -> assertThat(preflight()).doesNotContain("PermissionMissing"));
    }

    private void setRules(String rules) {
        cluster().kubectl("patch", "clusterrole", LIFECYCLE, "--type=merge", "-p", "{\"rules\":" + rules + "}");
        cluster().kubectl("-n", "weft-system", "rollout", "restart", "deployment/weft-agent"); // it asks at its start
        cluster().kubectl("-n", "weft-system", "rollout", "status", "deployment/weft-agent", "--timeout=90s");
    }

    private void awaitPreflight(String code, String what) {
        await().atMost(Duration.ofSeconds(60))
                .untilAsserted(() -> assertThat(preflight()).contains(code).contains(what));
    }

    private String preflight() {
        return main().hub()
                .get("/clusters/" + main().clusterId())
                .at("/status/preflight")
                .toString();
    }

    @Test
    @Order(13)
    void removingAPolicyRemovesItsObjectsAndNothingElse() {
        step(12, main -> {});
        JsonNode policy = Live.items(main().hub().get("/policies").path("items")).stream()
                .filter(item -> item.path("name").asText().equals("payments-callers"))
                .findFirst()
                .orElseThrow();
        Set<String> all = managedObjects();
        Set<String> kept = all.stream()
                .filter(object -> !object.contains("/payments/"))
                .collect(Collectors.toCollection(TreeSet::new));
        assertThat(kept).isNotEmpty().hasSizeLessThan(all.size());
        assertThat(main().hub()
                        .delete("/policies/" + policy.path("id").asText())
                        .ok())
                .isTrue();
        await().atMost(Duration.ofSeconds(30))
                .untilAsserted(() -> assertThat(managedObjects()).isEqualTo(kept));
    }

    @Test
    @Order(14)
    void downLeavesNothingOnTheMachine() {
        step(13, main -> {});
        assertThat(live().endAndCompare()).isEmpty();
    }

    private void step(int number, Consumer<MainJob> work) {
        assertThat(reached).as("the steps before this one").isEqualTo(number);
        work.accept(main());
        reached = number + 1;
    }

    private Live live() {
        return Objects.requireNonNull(running);
    }

    private MainJob main() {
        return live().job();
    }

    private Cluster cluster() {
        return live().cluster();
    }

    private Set<String> managedObjects() {
        return Live.items(cluster().get(KINDS, "-A", "-l", MANAGED)).stream()
                .map(object -> object.path("kind").asText() + "/"
                        + object.at("/metadata/namespace").asText() + "/"
                        + object.at("/metadata/name").asText())
                .collect(Collectors.toCollection(TreeSet::new));
    }
}
