package io.weft.fleet.compile;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.weft.fleet.render.TestBundle;
import io.weft.model.manifest.ObjectKey;
import io.weft.testkit.TestDatabase;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The compile over real rows, with real renders of small charts. */
class CompileIT {
    private static final Map<String, Object> ALLOW_WEB = Map.of(
            "target", Map.of("namespace", "shop", "services", List.of("catalog")),
            "authorization", Map.of("allow", List.of(Map.of("serviceAccount", "shop/web"))),
            "proof", Map.of("allow", Map.of("serviceAccount", "shop/web", "path", "/healthz")));
    private static final Map<String, Object> STRICT =
            Map.of("target", Map.of("namespace", "shop"), "mutualTls", Map.of("mode", "strict"));

    private static TestDatabase database;

    private CompileWorld world;

    @BeforeAll
    static void startDatabase() {
        database = TestDatabase.create();
    }

    @AfterAll
    static void stopDatabase() {
        database.close();
    }

    @BeforeEach
    void aMeshOfOneRevision() {
        world = new CompileWorld(database, UUID.randomUUID().toString().substring(0, 8));
        world.release("1.26.0", TestBundle.of("1.26.0"));
        world.mesh("1.26.0");
        world.inventory();
        world.controlPlane("1.26.0", true);
        world.place("shop", "1-26-0");
    }

    @AfterEach
    void stop() {
        world.close();
    }

    @Test
    void anInstallationBecomesAllLayersInTheirOrder() {
        compiled();

        assertThat(world.layers())
                .containsExactly("crds", "controlPlane[1-26-0]", "scrape", "placement", "probes", "policy");
        assertThat(world.link().compiledVersion()).isEqualTo(world.link().requestedVersion());
        assertThat(world.bodies("controlPlane[1-26-0]"))
                .extracting(ObjectKey::kind)
                .contains("Deployment", "MutatingWebhookConfiguration");
        assertThat(world.document("placement", "shop").path("value").asText()).isEqualTo("1-26-0");
        assertThat(world.findings()).isEmpty();
    }

    @Test
    void nothingIsCompiledWhileTheKubernetesVersionIsUnknown() {
        world.kubernetesVersion(null);
        world.raise();

        assertThat(world.handle()).isPresent();

        assertThat(world.link().compiledVersion()).isZero();
        assertThat(world.findings().toString()).contains("KubernetesUnknown");
    }

    @Test
    void aPolicyIsCompiledAtTheRevisionThatIsDueHere() {
        UUID policy = world.policy("allow-web", "authorization", ALLOW_WEB);
        compiled();

        assertThat(world.bodies("policy"))
                .extracting(ObjectKey::id)
                .containsExactly("security.istio.io/AuthorizationPolicy/shop/weft-allow-web");
        assertThat(world.target(policy).state()).isEqualTo("pending");
        assertThat(world.target(policy).compiledGeneration()).isEqualTo(1);
        assertThat(world.bodies("probes")).extracting(ObjectKey::kind).containsExactly("Probe");
        JsonNode probe = world.document("probes", world.probeId(policy).toString());
        assertThat(probe.path("kind").asText()).isEqualTo("callerRefused");
        assertThat(probe.path("url").asText()).isEqualTo("http://catalog.shop.svc.cluster.local:8080/healthz");
    }

    @Test
    void aRolloutStepAndItsWayBackRenderNothingAnew() {
        compiled();
        String digest = world.layerDigest("controlPlane[1-26-0]");
        world.renderer().forbid();

        world.place("shop", "1-27-0");
        compiled();
        world.place("shop", "1-26-0");
        compiled();

        assertThat(world.layerDigest("controlPlane[1-26-0]")).isEqualTo(digest);
    }

    @Test
    void theWayBackFromThePromotedStateRendersNothing() {
        world.release("1.27.0", TestBundle.of("1.27.0"));
        world.controlPlane("1.27.0", false);
        compiled();
        String former = world.layerDigest("controlPlane[1-26-0]");
        String later = world.layerDigest("controlPlane[1-27-0]");

        world.makeDefault("1-27-0");
        compiled();
        assertThat(world.bodies("controlPlane[1-27-0]"))
                .extracting(ObjectKey::kind)
                .contains("ValidatingWebhookConfiguration");
        assertThat(world.layerDigest("controlPlane[1-26-0]")).isNotEqualTo(former);
        world.renderer().forbid();
        world.makeDefault("1-26-0");
        compiled();

        assertThat(world.layerDigest("controlPlane[1-26-0]")).isEqualTo(former);
        assertThat(world.layerDigest("controlPlane[1-27-0]")).isEqualTo(later);
    }

    @Test
    void thePromotionItselfRendersNothing() {
        world.release("1.27.0", TestBundle.of("1.27.0"));
        world.controlPlane("1.27.0", false);
        compiled();
        world.renderer().forbid();

        world.makeDefault("1-27-0");
        compiled();

        assertThat(world.bodies("controlPlane[1-27-0]"))
                .extracting(ObjectKey::kind)
                .contains("ValidatingWebhookConfiguration");
    }

    @Test
    void aPlacementIsCompiledWhileAControlPlaneThatStandsIsRenderedAnew() {
        compiled();
        String digest = world.layerDigest("controlPlane[1-26-0]");
        world.renderer().hold();
        world.values(Map.of("extra", "anew"));
        world.place("shop", "1-27-0");
        world.raise();

        assertThat(world.handle()).as("a look at the render").isPresent();

        assertThat(world.link().compiledVersion()).isEqualTo(world.link().requestedVersion());
        assertThat(world.document("placement", "shop").path("value").asText()).isEqualTo("1-27-0");
        assertThat(world.layerDigest("controlPlane[1-26-0]")).isEqualTo(digest);

        world.renderer().letGo();
        Awaitility.await().atMost(Duration.ofSeconds(90)).untilAsserted(() -> {
            world.handle();
            assertThat(world.layerDigest("controlPlane[1-26-0]")).isNotEqualTo(digest);
        });
        assertThat(world.document("placement", "shop").path("value").asText()).isEqualTo("1-27-0");
    }

    @Test
    void aRenderThatBreaksOffIsAFindingUntilItSucceeds() {
        world.renderer().breaksOff(true);
        world.raise();
        Awaitility.await().atMost(Duration.ofSeconds(30)).untilAsserted(() -> {
            assertThat(world.handle()).isPresent();
            assertThat(world.findings().toString())
                    .contains("RenderBroken")
                    .contains("controlPlane[1-26-0]")
                    .contains("ended with 137")
                    .contains("weft.render");
        });
        assertThat(world.layers()).contains("placement", "policy");

        world.renderer().breaksOff(false);
        world.waitIsOver();
        Awaitility.await().atMost(Duration.ofSeconds(90)).untilAsserted(() -> {
            world.handle();
            assertThat(world.layers()).contains("controlPlane[1-26-0]");
        });
        assertThat(world.findings()).isEmpty();
    }

    @Test
    void aSecondRevisionStandsBesideTheFirstAndBringsTheNewerCrds() {
        compiled();
        String crds = world.layerDigest("crds");
        world.release("1.27.0", TestBundle.of("1.27.0"));
        world.controlPlane("1.27.0", false);
        compiled();

        assertThat(world.layers())
                .containsSubsequence("crds", "controlPlane[1-26-0]", "controlPlane[1-27-0]", "scrape");
        assertThat(world.layerDigest("crds")).isNotEqualTo(crds);
        assertThat(world.bodies("controlPlane[1-27-0]"))
                .extracting(ObjectKey::kind)
                .doesNotContain("ValidatingWebhookConfiguration");
    }

    @Test
    void aRevisionThatIsNoLongerWantedIsPrunedButNeverItsNamespaceOrCrds() {
        world.release("1.27.0", TestBundle.of("1.27.0"));
        world.controlPlane("1.27.0", false);
        compiled();
        String crds = world.layerDigest("crds");
        world.unwanted("1-27-0");
        compiled();

        assertThat(world.tombstones())
                .extracting(ObjectKey::kind)
                .containsExactlyInAnyOrder(
                        "ConfigMap",
                        "ClusterRole",
                        "Deployment",
                        "HorizontalPodAutoscaler",
                        "MutatingWebhookConfiguration");
        assertThat(world.layerDigest("crds")).isEqualTo(crds);
        assertThat(world.state("1-27-0")).isEqualTo("draining");
    }

    @Test
    void aDeletedPolicyLeavesTheLayerAndGoesOnceTheClusterAcknowledged() {
        UUID policy = world.policy("strict", "mutualTls", STRICT);
        compiled();
        world.delete(policy);
        compiled();

        assertThat(world.bodies("policy")).isEmpty();
        assertThat(world.tombstones()).extracting(ObjectKey::kind).containsExactly("PeerAuthentication");
        assertThat(world.sweep()).isZero();
        assertThat(world.exists(policy)).isTrue();

        world.acknowledge();
        assertThat(world.sweep()).isEqualTo(1);
        assertThat(world.exists(policy)).isFalse();
    }

    @Test
    void aPolicyWhoseServiceIsOutOfSightKeepsItsObjects() {
        UUID policy = world.policy("allow-web", "authorization", ALLOW_WEB);
        compiled();
        world.forgetService("catalog");
        compiled();

        assertThat(world.bodies("policy")).extracting(ObjectKey::name).containsExactly("weft-allow-web");
        assertThat(world.target(policy).objects().size()).isEqualTo(1);
        assertThat(world.tombstones()).isEmpty();
    }

    @Test
    void aProbeWhoseServiceIsOutOfSightStaysAndWithItTheProof() {
        UUID policy = world.policy("allow-web", "authorization", ALLOW_WEB);
        compiled();
        UUID probe = world.probeId(policy);
        JsonNode document = world.document("probes", probe.toString());
        world.oppositeSeen(policy);
        world.enforced(policy);

        world.forgetService("catalog");
        compiled();
        assertThat(world.probeId(policy)).isEqualTo(probe);
        assertThat(world.document("probes", probe.toString())).isEqualTo(document);
        assertThat(world.target(policy).state()).isEqualTo("enforced");

        world.service("catalog");
        compiled();
        assertThat(world.probeId(policy)).isEqualTo(probe);
        assertThat(world.isOppositeSeen(policy)).isTrue();
    }

    @Test
    void aRunThatIsAskedForWhileTheServiceIsOutOfSightReachesTheAgent() {
        UUID policy = world.policy("allow-web", "authorization", ALLOW_WEB);
        compiled();
        world.forgetService("catalog");
        world.requestRun(policy);
        compiled();

        assertThat(world.document("probes", world.probeId(policy).toString())
                        .path("runRequest")
                        .asLong())
                .isEqualTo(2);
    }

    @Test
    void withoutAProbeNothingStaysEnforced() {
        UUID policy = world.policy("allow-web", "authorization", ALLOW_WEB);
        world.forgetService("catalog");
        world.forgetService("web");
        compiled();
        world.enforced(policy);
        compiled();

        assertThat(world.target(policy).state()).isEqualTo("applied");
        assertThat(world.target(policy).reason()).isEqualTo("ProbeNotPlanned");
        assertThat(world.proof(policy)).isEmpty();
    }

    @Test
    void withItsInstallationAPolicyIsNoLongerInForceUntilItIsInstalledAgain() {
        UUID policy = world.policy("allow-web", "authorization", ALLOW_WEB);
        compiled();
        world.enforced(policy);
        world.unwanted("1-26-0");
        compiled();

        assertThat(world.tombstones()).extracting(ObjectKey::kind).contains("AuthorizationPolicy");
        assertThat(world.target(policy).state()).isEqualTo("pending");
        assertThat(world.target(policy).reason()).isEqualTo("InstallationRemoved");
        assertThat(world.target(policy).objects()).isEmpty();
        assertThat(world.proof(policy)).isEmpty();

        world.wanted("1-26-0");
        compiled();
        assertThat(world.target(policy).state()).isEqualTo("pending");
        assertThat(world.target(policy).reason()).isEmpty();
        assertThat(world.target(policy).objects()).hasSize(1);
    }

    @Test
    void aRefusedPolicyIsAFindingAndTheOthersGoOn() {
        world.policy("strict", "mutualTls", STRICT);
        UUID open = world.policy(
                "open",
                "mutualTls",
                Map.of("target", Map.of("namespace", "shop"), "mutualTls", Map.of("mode", "permissive")));
        compiled();

        assertThat(world.target(open).state()).isEqualTo("refused");
        assertThat(world.target(open).reason()).isEqualTo("CONFLICTING_POLICY");
        assertThat(world.target(open).compiledGeneration()).isZero();
        assertThat(world.refusedGeneration(open)).isEqualTo(1);
        assertThat(world.bodies("policy")).extracting(ObjectKey::name).containsExactly("weft-strict");
        assertThat(world.findings().toString()).contains("PolicyRefused").contains("strict");
    }

    @Test
    void aChartThatDoesNotRenderIsAFindingAndPoliciesGoOn() {
        world.values(Map.of("broken", true));
        world.policy("strict", "mutualTls", STRICT);
        compiled();

        assertThat(world.findings().toString()).contains("RenderRefused").contains("broken on purpose");
        assertThat(world.layers()).contains("policy").doesNotContain("controlPlane[1-26-0]");
        assertThat(world.state("1-26-0")).isEqualTo("failed");
    }

    @Test
    void aNewTextAsksForTheOppositeAnswerAgain() {
        UUID policy = world.policy("allow-web", "authorization", ALLOW_WEB);
        compiled();
        world.oppositeSeen(policy);
        compiled();
        assertThat(world.isOppositeSeen(policy)).isTrue();

        world.rewrite(policy, ALLOW_WEB);
        compiled();

        assertThat(world.isOppositeSeen(policy)).isFalse();
        assertThat(world.target(policy).compiledGeneration()).isEqualTo(2);
    }

    @Test
    void whileACompileStoresLayersNobodyMayRemoveAny() {
        world.raise();

        assertThat(world.locksOfACompile()).containsExactly("ShareLock");
    }

    @Test
    void aReleaseTellsTheRightsItNeeds() {
        UUID release = world.release("1.27.1", TestBundle.of("1.27.1"));

        Awaitility.await().atMost(Duration.ofSeconds(90)).untilAsserted(() -> {
            world.handleRelease(release);
            assertThat(world.rules(release).toString()).contains("watch");
        });
        assertThat(world.handleRelease(release)).isEmpty();
    }

    @Test
    void anotherOrganisationSeesNothingOfIt() {
        compiled();
        CompileWorld stranger =
                new CompileWorld(database, UUID.randomUUID().toString().substring(0, 8));

        assertThat(stranger.layersOf(world.clusterId())).isEqualTo(Set.of());
        stranger.close();
    }

    /** Raises the version and handles until it is compiled with all that is to be rendered. */
    private void compiled() {
        world.raise();
        Awaitility.await().atMost(Duration.ofSeconds(90)).untilAsserted(() -> {
            assertThat(world.handle()).isEmpty();
            assertThat(world.link().compiledVersion()).isEqualTo(world.link().requestedVersion());
        });
    }
}
