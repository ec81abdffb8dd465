package io.weft.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import io.weft.e2e.Callers.Outcome;
import io.weft.e2e.demo.Cluster;
import io.weft.e2e.demo.Hub;
import io.weft.e2e.demo.MainJob;
import io.weft.e2e.demo.Report;
import io.weft.e2e.launch.Layout;
import io.weft.e2e.launch.Say;
import io.weft.e2e.launch.Settings;
import io.weft.e2e.launch.Stack;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;
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
    private static final Path ROOT =
            Path.of(System.getProperty("weft.root", "")).toAbsolutePath();
    private static final Path BUILD =
            Path.of(System.getProperty("weft.build", ROOT.resolve(".weft").toString()));
    private static final Layout LAYOUT = new Layout(ROOT, BUILD, BUILD.resolve("live"));
    private static final Settings SETTINGS = new Settings(9280); // beside a ./weft up of the same checkout
    private static final String MANAGED = "app.kubernetes.io/managed-by=weft";
    private static final List<String> MESHED = List.of("shop", "orders", "payments", "load");
    private static final String KINDS = "peerauthentications.security.istio.io,authorizationpolicies.security.istio.io,"
            + "virtualservices.networking.istio.io,destinationrules.networking.istio.io";

    private final Say say = new Say(System.out, Duration.ZERO);
    private final Stack stack = new Stack(LAYOUT, SETTINGS, say);
    private int reached;
    private Machine before = new Machine(new TreeSet<>());
    private Stack.@org.jspecify.annotations.Nullable Up up;
    private @org.jspecify.annotations.Nullable MainJob job;

    @BeforeAll
    void startFromNothing() {
        stack.down(true);
        before = Machine.now(LAYOUT);
        Stack.Up started = stack.up();
        up = started;
        job = new MainJob(stack, started, say);
    }

    @AfterAll
    void end() {
        if (job != null) {
            job.close();
        }
        stack.down(true);
    }

    @Test
    @Order(1)
    void theAgentEnrolsWithNoMoreRightsThanTheReleasesGrant() {
        step(0, MainJob::enrol);
        JsonNode roles = cluster().get("clusterroles,roles", "-A", "-l", "app.kubernetes.io/name=weft-agent");
        List<String> verbs = items(roles).stream()
                .flatMap(role -> items(role.path("rules")).stream())
                .flatMap(rule -> items(rule.path("verbs")).stream())
                .map(JsonNode::asText)
                .toList();
        assertThat(verbs).isNotEmpty().doesNotContain("escalate", "bind", "impersonate", "*");
    }

    @Test
    @Order(2)
    void everyPodOfTheSampleRunsTheInstalledProxy() {
        step(1, MainJob::installMesh);
        assertThat(proxyImages()).containsExactly("docker.io/istio/proxyv2:" + MainJob.OLD);
        assertThat(revisions()).hasSize(1);
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
        Set<String> managers = items(cluster().get(KINDS, "-A", "-l", MANAGED, "--show-managed-fields")).stream()
                .flatMap(object -> items(object.at("/metadata/managedFields")).stream())
                .filter(entry -> !entry.path("subresource").asText().equals("status"))
                .map(entry -> entry.path("manager").asText())
                .collect(Collectors.toCollection(TreeSet::new));
        assertThat(managers).containsExactly("weft");
    }

    @Test
    @Order(5)
    void anObjectDeletedByHandComesBackWithinSeconds() {
        step(4, main -> {});
        JsonNode object = items(
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
        Hub globex = new Hub(started().apiUrl(), started().key("globex"));
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
        try (Rows rows = Rows.asOwner(started().services())) {
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
        assertThat(proxyImages()).containsExactly("docker.io/istio/proxyv2:" + MainJob.OLD);
        await().atMost(Duration.ofSeconds(30))
                .untilAsserted(() -> assertThat(revisions()).containsExactly("1-26-0"));
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
                        whileSoaking.add(revisions());
                        if (change.at("/status/wave").asText().equals("shop")) {
                            completeTooEarly.add(main.hub()
                                    .tryPost(
                                            "/rollouts/" + change.path("id").asText() + "/commands",
                                            java.util.Map.of(
                                                    "command", "complete", "reason", "the suite tries it too early"))
                                    .status());
                        }
                    }
                }));
        assertThat(whileSoaking)
                .isNotEmpty()
                .allSatisfy(seen -> assertThat(seen).containsExactly("1-26-0", "1-27-0"));
        assertThat(completeTooEarly).isNotEmpty().containsOnly(409);
        await().atMost(Duration.ofSeconds(30))
                .untilAsserted(() -> assertThat(revisions()).containsExactly("1-27-0"));
        assertThat(proxyImages()).containsExactly("docker.io/istio/proxyv2:" + MainJob.NEW);
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
    void removingAPolicyRemovesItsObjectsAndNothingElse() {
        step(11, main -> {});
        JsonNode policy = items(main().hub().get("/policies").path("items")).stream()
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
    @Order(13)
    void downLeavesNothingOnTheMachine() {
        step(12, MainJob::close);
        stack.down(false);
        assertThat(Machine.now(LAYOUT).since(before)).isEmpty();
        assertThat(stack.anythingRuns()).isFalse();
    }

    private void step(int number, Consumer<MainJob> work) {
        assertThat(reached).as("the steps before this one").isEqualTo(number);
        work.accept(main());
        reached = number + 1;
    }

    private MainJob main() {
        assertThat(job).isNotNull();
        return java.util.Objects.requireNonNull(job);
    }

    private Stack.Up started() {
        return java.util.Objects.requireNonNull(up);
    }

    private Cluster cluster() {
        return main().cluster();
    }

    /** Images of all proxies in the sample's pods that are not going away. */
    private Set<String> proxyImages() {
        return MESHED.stream()
                .flatMap(namespace -> items(cluster().get("pods", "-n", namespace, "-l", "app")).stream())
                .filter(pod -> !pod.at("/metadata").has("deletionTimestamp"))
                .map(pod -> java.util.stream.Stream.of("containers", "initContainers")
                        .flatMap(list -> items(pod.path("spec").path(list)).stream())
                        .filter(container -> container.path("name").asText().equals("istio-proxy"))
                        .map(container -> container.path("image").asText())
                        .findFirst()
                        .orElse("no proxy in " + pod.at("/metadata/name").asText()))
                .collect(Collectors.toCollection(TreeSet::new));
    }

    private Set<String> revisions() {
        return items(cluster().get("deployments", "-n", "istio-system", "-l", "app=istiod")).stream()
                .map(deployment ->
                        deployment.at("/metadata/labels/istio.io~1rev").asText())
                .collect(Collectors.toCollection(TreeSet::new));
    }

    private Set<String> managedObjects() {
        return items(cluster().get(KINDS, "-A", "-l", MANAGED)).stream()
                .map(object -> object.path("kind").asText() + "/"
                        + object.at("/metadata/namespace").asText() + "/"
                        + object.at("/metadata/name").asText())
                .collect(Collectors.toCollection(TreeSet::new));
    }

    /** Items of a Kubernetes list, or of an array. */
    private static List<JsonNode> items(JsonNode list) {
        JsonNode array = list.isArray() ? list : list.path("items");
        return StreamSupport.stream(array.spliterator(), false).toList();
    }
}
