package io.weft.api.mesh;

import io.weft.api.cluster.Clusters;
import io.weft.api.http.Ids;
import io.weft.api.http.Prefix;
import io.weft.api.http.Violations;
import io.weft.api.mesh.Components.ControlPlaneRow;
import io.weft.api.mesh.InstallationWrite.InstallationSpec;
import io.weft.api.mesh.MeshView.MeshRow;
import io.weft.api.policy.Targeting;
import io.weft.kit.id.PublicId;
import io.weft.kit.problem.Problem;
import io.weft.kit.problem.ProblemType;
import io.weft.kit.problem.Violation;
import io.weft.kit.tenancy.TenantTx;
import io.weft.model.istio.IstioDocuments;
import io.weft.model.version.Version;
import jakarta.inject.Singleton;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/** Whether a mesh can be installed in a cluster, and the rows that say it shall be. */
@Singleton
class InstallationPlan {
    private static final String LIFECYCLE = "lifecycle";

    private final Meshes meshes;
    private final Clusters clusters;
    private final Releases releases;
    private final Installations installations;
    private final Placements placements;
    private final Targeting targeting;

    InstallationPlan(
            Meshes meshes,
            Clusters clusters,
            Releases releases,
            Installations installations,
            Placements placements,
            Targeting targeting) {
        this.meshes = meshes;
        this.clusters = clusters;
        this.releases = releases;
        this.installations = installations;
        this.placements = placements;
        this.targeting = targeting;
    }

    /** A mesh, a cluster it can run in, and the release of the mesh's version. */
    record Place(UUID mesh, UUID cluster, String version, Releases.Release release) {}

    /** Catalogue, references and Kubernetes version, as a dry run promises. */
    Place check(TenantTx tx, InstallationSpec spec) {
        Violations violations = new Violations();
        Optional<MeshRow> mesh = Ids.inBody(Prefix.MESH, spec.meshId(), "spec.meshId", violations)
                .flatMap(id -> meshes.find(tx, id));
        if (mesh.isEmpty() && violations.count() == 0) {
            violations.body("spec.meshId", "UNKNOWN_REFERENCE", "names no mesh of this organisation");
        }
        Optional<UUID> cluster = Ids.reference(
                Prefix.CLUSTER, spec.clusterId(), "spec.clusterId", id -> clusters.exists(tx, id), violations);
        violations.throwIfAny();
        MeshRow found = mesh.orElseThrow();
        Releases.Release release =
                releases.find(tx, found.family(), found.version()).orElseThrow();
        requireAccess(tx, cluster.orElseThrow());
        requireAlone(tx, cluster.orElseThrow(), found.family());
        requireKubernetes(tx, cluster.orElseThrow(), found, release);
        return new Place(found.id(), cluster.orElseThrow(), found.version(), release);
    }

    private void requireAccess(TenantTx tx, UUID cluster) {
        String access = clusters.lockAccess(tx, cluster).orElseThrow();
        if (!access.equals(LIFECYCLE)) {
            throw Problem.of(
                    ProblemType.STATE_CONFLICT,
                    "The cluster's agent has access " + access
                            + ": to install a mesh set spec.access of the cluster to " + LIFECYCLE
                            + " and run its install lines again");
        }
    }

    private void requireAlone(TenantTx tx, UUID cluster, String family) {
        installations.ofFamily(tx, cluster, family).ifPresent(other -> {
            throw Problem.of(
                            ProblemType.STATE_CONFLICT,
                            "The cluster has an installation of " + family
                                    + ": two of a family would fight for its cluster-wide objects")
                    .with("existingId", PublicId.format(Prefix.INSTALLATION, other));
        });
    }

    /** An agent that never connected has not told its version; fleet-manager asks again when it has. */
    private void requireKubernetes(TenantTx tx, UUID cluster, MeshRow mesh, Releases.Release release) {
        Optional<Version> running = clusters.kubernetesVersion(tx, cluster).flatMap(Version::parse);
        Optional<Version> min =
                Version.parse(release.document().path("kubernetes").path("min").asText());
        Optional<Version> max =
                Version.parse(release.document().path("kubernetes").path("max").asText());
        if (running.isEmpty() || min.isEmpty() || max.isEmpty()) {
            return;
        }
        if (running.get().minorsAhead(min.get()) < 0 || running.get().minorsAhead(max.get()) > 0) {
            String message = mesh.family() + " " + mesh.version() + " runs on Kubernetes "
                    + min.get().line() + " to " + max.get().line() + ", the cluster has " + running.get();
            throw Problem.of(ProblemType.SKEW_VIOLATION, message)
                    .because(List.of(Violation.inBody("spec.clusterId", "SKEW_VIOLATION", message)));
        }
    }

    UUID create(TenantTx tx, InstallationWrite body, Place place) {
        UUID id = installations.create(tx, body, place.mesh(), place.cluster());
        String revision = IstioDocuments.revision(place.version());
        installations.addDefaultControlPlane(
                tx, id, revision, place.version(), place.release().id());
        placements.match(tx, id, place.cluster(), revision, body.spec().namespaceSelector());
        targeting.reconsider(tx, place.cluster());
        return id;
    }

    void replace(TenantTx tx, UUID installation, UUID cluster, InstallationSpec spec) {
        ControlPlaneRow plane = installations.controlPlanes(tx, List.of(installation)).stream()
                .filter(each -> each.isDefault() && each.wanted())
                .findFirst()
                .orElseThrow(() -> Problem.of(
                        ProblemType.STATE_CONFLICT, "The installation is being removed: create another one"));
        placements.match(tx, installation, cluster, plane.revision(), spec.namespaceSelector());
        targeting.reconsider(tx, cluster);
    }
}
