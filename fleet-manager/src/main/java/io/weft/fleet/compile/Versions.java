package io.weft.fleet.compile;

import com.fasterxml.jackson.databind.JsonNode;
import io.weft.fleet.compile.ClusterInputs.DuePolicy;
import io.weft.fleet.compile.Compiles.LinkRow;
import io.weft.fleet.compile.ControlPlanes.ControlPlane;
import io.weft.fleet.compile.LayerStore.NamedLayer;
import io.weft.kit.tenancy.TenantTx;
import io.weft.model.compile.PolicyOutcome;
import io.weft.model.istio.IstioDocuments;
import io.weft.model.manifest.CanonicalJson;
import io.weft.model.manifest.Layer;
import io.weft.model.manifest.LayerDocument;
import io.weft.model.manifest.Manifest;
import io.weft.model.manifest.ObjectKey;
import io.weft.model.manifest.PhasePlan;
import io.weft.model.version.Version;
import jakarta.inject.Singleton;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;

/** Puts a cluster's next version together and stores it. */
@Singleton
class Versions {
    static final int MAX_SNAPSHOT_BYTES = 16 * 1024 * 1024;
    private static final Set<String> NEVER_PRUNED =
            Set.of("CustomResourceDefinition", "Namespace", "PersistentVolumeClaim");
    private static final String DOCUMENTS = "weft.io";

    private final LayerStore store;
    private final PolicyTargets targets;
    private final Probes probes;

    Versions(LayerStore store, PolicyTargets targets, Probes probes) {
        this.store = store;
        this.targets = targets;
        this.probes = probes;
    }

    record CrdsRow(String version, String crdsDigest) {}

    void compile(TenantTx tx, UUID clusterId, LinkRow link, ClusterInputs inputs, List<Finding> renderFindings) {
        Map<String, LayerDocument> before = store.version(tx, clusterId, link.compiledVersion());
        List<Finding> findings = new ArrayList<>(renderFindings);
        PolicyCompile policies = PolicyCompile.of(inputs, before.getOrDefault("policy", new LayerDocument(List.of())));
        List<NamedLayer> layers = new ArrayList<>(rendered(tx, clusterId, inputs));
        for (Layer layer : List.of(
                scrape(inputs),
                placement(inputs),
                probes.layer(
                        tx, clusterId, policies.probes(), policies.outcomes().keySet()),
                policies.layer())) {
            store.store(tx, layer);
            layers.add(new NamedLayer(layer.name(), layer.digest()));
        }
        policies.outcomes().forEach((policy, outcome) -> {
            targets.write(tx, policy, outcome);
            if (outcome instanceof PolicyOutcome.Refused refused) {
                findings.add(
                        new Finding("policy", "PolicyRefused", "Policy " + policy.name() + ": " + refused.reason()));
            }
        });
        inputs.policies().stream()
                .filter(DuePolicy::deleted)
                .forEach(policy ->
                        targets.removed(tx, policy.policyId(), policy.installationId(), link.requestedVersion()));
        targets.uninstalled(
                tx,
                clusterId,
                inputs.controlPlanes().stream()
                        .map(ControlPlane::installationId)
                        .distinct()
                        .toList());
        Unproved.takeBack(tx, clusterId);
        finish(tx, clusterId, link, before, layers, findings);
    }

    private void finish(
            TenantTx tx,
            UUID clusterId,
            LinkRow link,
            Map<String, LayerDocument> before,
            List<NamedLayer> layers,
            List<Finding> findings) {
        long version = link.requestedVersion();
        store.storeVersion(tx, clusterId, version, layers);
        Map<String, LayerDocument> after = store.version(tx, clusterId, version);
        long bytes = after.values().stream()
                .flatMap(LayerDocument::bodies)
                .mapToLong(LayerDocument.BodyRef::rawBytes)
                .sum();
        if (bytes > MAX_SNAPSHOT_BYTES) {
            throw new IllegalStateException("cluster " + clusterId + " would need " + bytes
                    + " bytes of objects, at most " + MAX_SNAPSHOT_BYTES + " can be delivered");
        }
        Map<String, ObjectKey> gone = prunable(before);
        List<String> wanted = after.values().stream()
                .flatMap(LayerDocument::bodies)
                .map(body -> body.object().id())
                .toList();
        wanted.forEach(gone::remove);
        store.tombstones(tx, clusterId, version, gone, wanted);
        findings(tx, clusterId, findings);
        tx.update(
                "UPDATE agent_link SET compiled_version = ?, compiled_digest = ? WHERE tenant_id = ? AND cluster_id = ?",
                version,
                CanonicalJson.digest(layers.stream()
                        .map(layer -> List.of(layer.name(), layer.digest()))
                        .toList()),
                tx.tenant(),
                clusterId);
        tx.notify("desired", clusterId.toString());
    }

    /** A finding while the compile itself has to wait. */
    void waiting(TenantTx tx, UUID clusterId, Finding finding) {
        findings(tx, clusterId, List.of(finding));
    }

    /** What renders say now; what the last compile found beside it stays. */
    void renderFindings(TenantTx tx, UUID clusterId, List<Finding> findings) {
        List<Map<String, Object>> all =
                new ArrayList<>(findings.stream().map(Finding::toMap).toList());
        tx.first(JsonNode.class, "SELECT findings FROM cluster_status WHERE cluster_id = ?", clusterId).stream()
                .flatMap(stored -> Json.trees(stored).stream())
                .filter(finding -> !String.valueOf(finding.get("layer")).startsWith("controlPlane"))
                .forEach(all::add);
        storeFindings(tx, clusterId, all);
    }

    private static void findings(TenantTx tx, UUID clusterId, List<Finding> findings) {
        storeFindings(tx, clusterId, findings.stream().map(Finding::toMap).toList());
    }

    private static void storeFindings(TenantTx tx, UUID clusterId, List<Map<String, Object>> findings) {
        tx.update("""
                UPDATE cluster_status SET findings = ?, status_version = status_version + 1
                WHERE cluster_id = ? AND findings <> ?
                """, Json.node(findings), clusterId, Json.node(findings));
    }

    private static Map<String, ObjectKey> prunable(Map<String, LayerDocument> documents) {
        Map<String, ObjectKey> keys = new TreeMap<>();
        documents.values().stream()
                .flatMap(LayerDocument::bodies)
                .map(LayerDocument.BodyRef::object)
                .filter(key ->
                        !NEVER_PRUNED.contains(key.kind()) && !key.group().equals(DOCUMENTS))
                .forEach(key -> keys.put(key.id(), key));
        return keys;
    }

    /** CRDs of the newest release ever rendered for the cluster, then the control planes, the default one first. */
    private static List<NamedLayer> rendered(TenantTx tx, UUID clusterId, ClusterInputs inputs) {
        List<NamedLayer> layers = new ArrayList<>();
        newestCrds(tx, clusterId).ifPresent(digest -> layers.add(new NamedLayer("crds", digest)));
        for (ControlPlane plane : inputs.controlPlanes()) {
            plane.layerDigest()
                    .ifPresent(digest -> layers.add(new NamedLayer("controlPlane[" + plane.revision() + "]", digest)));
        }
        return layers;
    }

    private static Optional<String> newestCrds(TenantTx tx, UUID clusterId) {
        return tx.list(CrdsRow.class, """
                        SELECT c.version, c.crds_digest FROM control_plane c
                        JOIN installation i ON (i.tenant_id, i.id) = (c.tenant_id, c.installation_id)
                        WHERE i.cluster_id = ? AND c.crds_digest IS NOT NULL
                        """, clusterId).stream()
                .max(Comparator.comparing(row -> Version.parse(row.version()).orElse(new Version(0, 0, 0))))
                .map(CrdsRow::crdsDigest);
    }

    private static Layer placement(ClusterInputs inputs) {
        List<Manifest> documents = inputs.placements().stream()
                .map(placement -> IstioDocuments.placement(
                        placement.namespace(),
                        placement.revision(),
                        placement.maxParallelWorkloads(),
                        placement.paused(),
                        placement.deadline()))
                .toList();
        return Layer.of("placement", documents.isEmpty() ? List.of() : List.of(PhasePlan.of("placement", documents)));
    }

    private static Layer scrape(ClusterInputs inputs) {
        if (inputs.controlPlanes().isEmpty()) {
            return Layer.of("scrape", List.of());
        }
        List<Manifest> documents = new ArrayList<>();
        documents.add(IstioDocuments.proxyScrape());
        documents.add(IstioDocuments.controlPlaneScrape());
        inputs.controlPlanes().stream()
                .map(ControlPlane::revision)
                .distinct()
                .sorted()
                .map(IstioDocuments::syncRead)
                .forEach(documents::add);
        return Layer.of("scrape", List.of(PhasePlan.of("scrape", documents)));
    }
}
