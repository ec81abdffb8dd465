package io.weft.fleet.render;

import io.weft.model.istio.IstioDocuments;
import io.weft.model.manifest.Check;
import io.weft.model.manifest.Layer;
import io.weft.model.manifest.Manifest;
import io.weft.model.manifest.ObjectKey;
import io.weft.model.manifest.PhasePlan;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Predicate;

/**
 * Cuts what the charts gave into layers and phases: webhooks only once the Deployment behind them answers, for one with
 * policy Fail and no backend blocks every pod (A4).
 *
 * @param crds always of the newest release; CRDs only move forward
 * @param controlPlane everything else of this revision
 */
public record IstioLayers(Layer crds, Layer controlPlane) {
    private static final String CRD = "CustomResourceDefinition";
    private static final Set<String> WORKLOADS =
            Set.of("Deployment", "DaemonSet", "StatefulSet", "HorizontalPodAutoscaler", "PodDisruptionBudget");
    private static final Set<String> WEBHOOKS =
            Set.of("MutatingWebhookConfiguration", "ValidatingWebhookConfiguration");
    private static final Set<String> CUSTOM_GROUPS =
            Set.of("networking.istio.io", "security.istio.io", "telemetry.istio.io", "extensions.istio.io");
    private static final List<String> ORDER = List.of(
            "Namespace",
            "ServiceAccount",
            "ClusterRole",
            "ClusterRoleBinding",
            "Role",
            "RoleBinding",
            "ConfigMap",
            "Secret",
            "Service");
    private static final int ESTABLISHED_SECONDS = 60;
    private static final int AVAILABLE_SECONDS = 300;
    private static final int WEBHOOK_SECONDS = 120;

    /**
     * Cuts the output of base and istiod.
     *
     * @param defaultRevision whether the base chart's objects besides the CRDs belong to this revision
     */
    public static IstioLayers of(String revision, boolean defaultRevision, Rendered.Objects rendered) {
        List<Manifest> all = new ArrayList<>();
        RenderedObjects.prepared(rendered.of("base"), IstioDocuments.NAMESPACE).stream()
                .filter(object -> defaultRevision || isCrd(object))
                .forEach(object -> all.add(Manifest.of(object)));
        RenderedObjects.prepared(rendered.of("istiod"), IstioDocuments.NAMESPACE)
                .forEach(object -> all.add(Manifest.of(object)));
        all.add(namespace());
        return new IstioLayers(crds(all), controlPlane(revision, all));
    }

    private static boolean isCrd(Map<String, Object> object) {
        return CRD.equals(object.get("kind"));
    }

    /** The control plane's namespace, which no chart of Istio holds. */
    public static Manifest namespace() {
        return Manifest.of(new TreeMap<>(Map.of(
                "apiVersion", "v1",
                "kind", "Namespace",
                "metadata",
                        Map.of(
                                "name",
                                IstioDocuments.NAMESPACE,
                                "labels",
                                Map.of(RenderedObjects.MANAGED_BY, RenderedObjects.WEFT)))));
    }

    private static Layer crds(List<Manifest> all) {
        List<Manifest> crds = sorted(all, key -> key.kind().equals(CRD));
        return Layer.of("crds", List.of(new PhasePlan("crds", crds, checks(crds, "established", ESTABLISHED_SECONDS))));
    }

    private static Layer controlPlane(String revision, List<Manifest> all) {
        List<Manifest> workloads = sorted(all, key -> WORKLOADS.contains(key.kind()));
        List<Manifest> webhooks = sorted(all, key -> WEBHOOKS.contains(key.kind()));
        List<Manifest> custom = sorted(all, key -> CUSTOM_GROUPS.contains(key.group()));
        List<Manifest> first = sorted(
                all,
                key -> !key.kind().equals(CRD)
                        && !WORKLOADS.contains(key.kind())
                        && !WEBHOOKS.contains(key.kind())
                        && !CUSTOM_GROUPS.contains(key.group()));
        List<Check> answering = new ArrayList<>(checks(webhooks, "caBundlePresent", WEBHOOK_SECONDS));
        webhooks.stream()
                .filter(webhook -> webhook.key().kind().equals("MutatingWebhookConfiguration"))
                .findFirst()
                .ifPresent(injector -> answering.add(injects(injector.key(), revision)));
        List<PhasePlan> phases = new ArrayList<>(List.of(
                PhasePlan.of("foundation", first),
                new PhasePlan(
                        "workloads",
                        workloads,
                        checks(
                                workloads.stream()
                                        .filter(workload ->
                                                workload.key().group().equals("apps"))
                                        .toList(),
                                "available",
                                AVAILABLE_SECONDS)),
                new PhasePlan("webhooks", webhooks, answering)));
        if (!custom.isEmpty()) {
            phases.add(PhasePlan.of("custom", custom));
        }
        return Layer.of("controlPlane[" + revision + "]", phases);
    }

    private static Check injects(ObjectKey injector, String revision) {
        return new Check(
                "dryRunPodInjected",
                injector,
                Map.of(
                        "namespace",
                        "weft-probes", // no placement gives it a label that would win over the Pod's
                        "labels",
                        Map.of(IstioDocuments.REVISION_LABEL, revision, "sidecar.istio.io/inject", "true"),
                        "annotated",
                        Map.of(IstioDocuments.REVISION_LABEL, revision),
                        "container",
                        "istio-proxy"),
                WEBHOOK_SECONDS);
    }

    private static List<Check> checks(List<Manifest> manifests, String type, int timeoutSeconds) {
        return manifests.stream()
                .map(manifest -> new Check(type, manifest.key(), Map.of(), timeoutSeconds))
                .toList();
    }

    private static List<Manifest> sorted(List<Manifest> all, Predicate<ObjectKey> wanted) {
        return all.stream()
                .filter(manifest -> wanted.test(manifest.key()))
                .sorted(Comparator.<Manifest>comparingInt(manifest -> place(manifest.key()))
                        .thenComparing(Manifest::key))
                .toList();
    }

    private static int place(ObjectKey key) {
        int place = ORDER.indexOf(key.kind());
        return place < 0 ? ORDER.size() : place;
    }
}
