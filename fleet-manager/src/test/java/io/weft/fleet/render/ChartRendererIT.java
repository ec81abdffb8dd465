package io.weft.fleet.render;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.weft.model.manifest.Check;
import io.weft.model.manifest.LayerDocument;
import io.weft.model.manifest.LayerDocument.Phase;
import io.weft.model.manifest.ObjectKey;
import io.weft.model.release.LifecycleRules;
import io.weft.model.release.ReleaseBundle;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Real Helm code in a real child process. Istio's own charts only where {@code weft.release.bundles} names their folder. */
class ChartRendererIT {
    private static final String KUBERNETES = "v1.33.13";

    private final ChartRenderer renderer = new ChartRenderer(config(Duration.ofMinutes(2)));

    @Test
    void valuesOfTheInstallationLieOverDefaultsAndUnderWhatWeftDecides() {
        Rendered.Objects rendered =
                render(TestBundle.of("1.26.0"), release("1-26-0", true, Map.of("extra", "mine", "revision", "other")));

        Map<String, Object> configMap = object(rendered.of("istiod"), "ConfigMap");
        assertThat(configMap.get("data"))
                .isEqualTo(Map.of(
                        "trustDomain", "acme.example",
                        "kubernetes", KUBERNETES,
                        "image", "docker.io/istio/pilot:1.26.0",
                        "extra", "mine"));
    }

    @Test
    void layersLeaveToOthersWhatOthersWriteAndApplyWebhooksLast() {
        IstioLayers layers =
                IstioLayers.of("1-26-0", true, render(TestBundle.of("1.26.0"), release("1-26-0", true, Map.of())));

        assertThat(layers.controlPlane().document().phases())
                .extracting(Phase::name)
                .containsExactly("foundation", "workloads", "webhooks");
        assertThat(text(layers, "Deployment")).doesNotContain("replicas").contains("/managed-by\":\"weft\"");
        assertThat(text(layers, "MutatingWebhookConfiguration"))
                .doesNotContain("caBundle")
                .doesNotContain("failurePolicy");
        assertThat(layers.crds().document().phases().getFirst().checks())
                .extracting(Check::type)
                .containsExactly("established");
    }

    @Test
    void onlyTheDefaultRevisionCarriesWhatExistsOncePerCluster() {
        Rendered.Objects rendered = render(TestBundle.of("1.27.0"), release("1-27-0", false, Map.of()));

        assertThat(kinds(
                        IstioLayers.of("1-27-0", false, rendered).controlPlane().document()))
                .doesNotContain("ValidatingWebhookConfiguration");
        assertThat(kinds(IstioLayers.of("1-27-0", true, rendered).controlPlane().document()))
                .contains("ValidatingWebhookConfiguration");
    }

    @Test
    void aChartThatFailsIsRefusedWithItsOwnWords() {
        byte[] bundle = TestBundle.withIstiod("1.26.0", "{{ fail \"no such zone\" }}");

        Rendered rendered =
                renderer.render(KUBERNETES, release("1-26-0", true, Map.of()).jobs(read(bundle)));

        assertThat(rendered)
                .isInstanceOfSatisfying(
                        Rendered.Refused.class,
                        refused ->
                                assertThat(refused.reason()).contains("istiod").contains("no such zone"));
    }

    @Test
    void aRenderThatTakesTooLongIsKilled() {
        ChartRenderer hasty = new ChartRenderer(config(Duration.ofMillis(50)));

        Rendered rendered =
                hasty.render(KUBERNETES, release("1-26-0", true, Map.of()).jobs(read(TestBundle.of("1.26.0"))));

        assertThat(rendered).isInstanceOf(Rendered.Broken.class);
    }

    @Test
    void aTemplateCannotReadTheHubsEnvironment() {
        byte[] bundle = TestBundle.withIstiod("1.26.0", "a: {{ env \"PATH\" }}");

        Rendered rendered =
                renderer.render(KUBERNETES, release("1-26-0", true, Map.of()).jobs(read(bundle)));

        assertThat(rendered).isInstanceOf(Rendered.Refused.class);
    }

    @Test
    void istiosOwnChartsGiveEveryObjectThatHelmGives() throws IOException {
        Path folder = bundles();
        Rendered.Objects rendered =
                render(Files.readAllBytes(folder.resolve("istio-1.27.0.tgz")), release("1-27-0", true, Map.of()));

        IstioLayers layers = IstioLayers.of("1-27-0", true, rendered);

        assertThat(layers.crds().document().bodies()).hasSizeGreaterThanOrEqualTo(14);
        assertThat(layers.controlPlane()
                        .document()
                        .bodies()
                        .map(body -> body.object().id()))
                .contains(
                        "/Namespace//istio-system",
                        "/ServiceAccount/istio-system/istiod-1-27-0",
                        "apps/Deployment/istio-system/istiod-1-27-0",
                        "admissionregistration.k8s.io/MutatingWebhookConfiguration//istio-sidecar-injector-1-27-0",
                        "admissionregistration.k8s.io/ValidatingWebhookConfiguration//istiod-default-validator");
        assertThat(layers.controlPlane().document().phases().getLast().checks())
                .extracting(Check::type)
                .contains("caBundlePresent", "dryRunPodInjected");
    }

    @Test
    void istio127NeedsRightsThat126DidNot() throws IOException {
        Path folder = bundles();
        List<Map<String, Object>> before = LifecycleRules.of(
                render(Files.readAllBytes(folder.resolve("istio-1.26.0.tgz")), release("1-26-0", true, Map.of()))
                        .all());
        List<Map<String, Object>> after = LifecycleRules.of(
                render(Files.readAllBytes(folder.resolve("istio-1.27.0.tgz")), release("1-27-0", true, Map.of()))
                        .all());

        assertThat(before.toString()).doesNotContain("inferencepools");
        assertThat(after.toString()).contains("inferencepools");
    }

    private static Path bundles() {
        String folder = System.getProperty("weft.release.bundles");
        assumeTrue(folder != null, "set -Dweft.release.bundles to the folder of istio-1.26.0.tgz and istio-1.27.0.tgz");
        return Path.of(folder);
    }

    private static IstioRelease release(String revision, boolean isDefault, Map<String, Object> values) {
        return new IstioRelease(revision, isDefault, "acme.example", values, Optional.empty(), KUBERNETES);
    }

    private Rendered.Objects render(byte[] bundle, IstioRelease release) {
        Rendered rendered = renderer.render(KUBERNETES, release.jobs(read(bundle)));
        assertThat(rendered).isInstanceOf(Rendered.Objects.class);
        return (Rendered.Objects) rendered;
    }

    private ReleaseBundle read(byte[] bundle) {
        ReleaseBundle.Read read = ReleaseBundle.read(bundle, renderer::jsonObject);
        assertThat(read).isInstanceOf(ReleaseBundle.Read.Valid.class);
        return ((ReleaseBundle.Read.Valid) read).bundle();
    }

    private static Map<String, Object> object(List<Map<String, Object>> objects, String kind) {
        return objects.stream()
                .filter(object -> kind.equals(object.get("kind")))
                .findFirst()
                .orElseThrow();
    }

    private static List<String> kinds(LayerDocument document) {
        return document.bodies().map(body -> body.object()).map(ObjectKey::kind).toList();
    }

    private static String text(IstioLayers layers, String kind) {
        LayerDocument.BodyRef ref = layers.controlPlane()
                .document()
                .bodies()
                .filter(body -> body.object().kind().equals(kind))
                .findFirst()
                .orElseThrow();
        return new String(
                Optional.ofNullable(layers.controlPlane().bodies().get(ref.digest()))
                        .orElseThrow(),
                StandardCharsets.UTF_8);
    }

    static RenderConfig config(Duration limit) {
        return new RenderConfig() {
            @Override
            public Duration timeLimit() {
                return limit;
            }

            @Override
            public int heapMebibytes() {
                return 256;
            }
        };
    }
}
