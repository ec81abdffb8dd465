package io.weft.fleet.compile;

import io.weft.fleet.compile.ControlPlanes.ControlPlane;
import io.weft.fleet.render.IstioRelease;
import io.weft.kit.tenancy.TenantTx;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jboss.logging.Logger;

/**
 * Compiles one cluster: a pure computation between two looks at the database, all in the transaction that claimed the
 * work. Renders are asked for and waited for outside of it.
 */
@Singleton
class Compiles {
    private static final Logger LOG = Logger.getLogger(Compiles.class);

    /** Only for the case that the process dies while a render runs; its end wakes the cluster by itself. */
    private static final Duration LOOK_AGAIN = Duration.ofSeconds(60);

    private static final Duration AGENT_LOOK = Duration.ofSeconds(10);

    private final InputsReader reader;
    private final ControlPlanes planes;
    private final ControlPlaneRenders renders;
    private final Versions versions;

    Compiles(InputsReader reader, ControlPlanes planes, ControlPlaneRenders renders, Versions versions) {
        this.reader = reader;
        this.planes = planes;
        this.renders = renders;
        this.versions = versions;
    }

    record LinkRow(long requestedVersion, long compiledVersion, long appliedVersion) {}

    /** Brings {@code compiled_version} up to {@code requested_version}, or says when to look again. */
    Optional<Instant> handle(TenantTx tx, UUID clusterId) {
        Optional<LinkRow> link = tx.first(LinkRow.class, """
                SELECT requested_version, compiled_version, applied_version FROM agent_link
                WHERE tenant_id = ? AND cluster_id = ? FOR UPDATE
                """, tx.tenant(), clusterId);
        if (link.isEmpty() || link.get().requestedVersion() == link.get().compiledVersion()) {
            return Optional.empty();
        }
        ClusterInputs inputs = reader.read(tx, clusterId);
        if (!inputs.controlPlanes().isEmpty() && inputs.kubernetesVersion().isEmpty()) {
            versions.waiting(
                    tx,
                    clusterId,
                    new Finding(
                            "controlPlane",
                            "KubernetesUnknown",
                            "The agent has not told the cluster's Kubernetes version; install or connect it"));
            return Optional.of(tx.now().plus(AGENT_LOOK));
        }
        if (rendering(tx, clusterId, inputs)) {
            return Optional.of(tx.now().plus(LOOK_AGAIN));
        }
        planes.drain(tx, clusterId);
        versions.compile(tx, clusterId, link.get(), inputs, renderFindings(inputs));
        LOG.infof("compile.done cluster=%s version=%d", clusterId, link.get().requestedVersion());
        return Optional.empty();
    }

    /** Begins what is not rendered yet. */
    private boolean rendering(TenantTx tx, UUID clusterId, ClusterInputs inputs) {
        boolean waiting = false;
        for (ControlPlane plane : istio(inputs)) {
            IstioRelease release = plane.release(inputs.kubernetesVersion().orElseThrow());
            String key = release.key(plane.releaseDigest());
            if (!plane.rendered(key) && !plane.failed(key)) {
                renders.begin(tx.tenant(), clusterId, plane, release);
                waiting = true;
            }
        }
        return waiting;
    }

    private static List<Finding> renderFindings(ClusterInputs inputs) {
        List<Finding> findings = new ArrayList<>();
        for (ControlPlane plane : inputs.controlPlanes()) {
            String layer = "controlPlane[" + plane.revision() + "]";
            if (!plane.family().equals("istio")) {
                findings.add(new Finding(
                        layer, "FamilyNotSupported", "No renderer for " + plane.family() + " in this version of Weft"));
            } else if (plane.failed(
                    plane.release(inputs.kubernetesVersion().orElseThrow()).key(plane.releaseDigest()))) {
                findings.add(
                        new Finding(layer, "RenderRefused", plane.stateReason().orElse("")));
            }
        }
        return findings;
    }

    private static List<ControlPlane> istio(ClusterInputs inputs) {
        return inputs.controlPlanes().stream()
                .filter(plane -> plane.family().equals("istio"))
                .toList();
    }
}
