package io.weft.fleet.compile;

import io.weft.kit.tenancy.TenantTx;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.UUID;
import org.jboss.logging.Logger;

/**
 * Compiles one cluster: a pure computation between two looks at the database, all in the transaction that claimed the
 * work. Renders run outside of it and let the cluster be compiled again; only the first one of a cluster is waited for.
 */
@Singleton
class Compiles {
    private static final Logger LOG = Logger.getLogger(Compiles.class);

    private static final Duration AGENT_LOOK = Duration.ofSeconds(10);

    private final InputsReader reader;
    private final ControlPlanes planes;
    private final PlaneRenders renders;
    private final Versions versions;

    Compiles(InputsReader reader, ControlPlanes planes, PlaneRenders renders, Versions versions) {
        this.reader = reader;
        this.planes = planes;
        this.renders = renders;
        this.versions = versions;
    }

    record LinkRow(long requestedVersion, long compiledVersion) {}

    /** Brings {@code compiled_version} up to {@code requested_version}, or says when to look again. */
    Optional<Instant> handle(TenantTx tx, UUID clusterId) {
        LayerLock.shared(tx);
        Optional<LinkRow> link = tx.first(LinkRow.class, """
                SELECT requested_version, compiled_version FROM agent_link
                WHERE tenant_id = ? AND cluster_id = ? FOR UPDATE
                """, tx.tenant(), clusterId);
        if (link.isEmpty()) {
            return Optional.empty();
        }
        boolean due = link.get().requestedVersion() != link.get().compiledVersion();
        ClusterInputs inputs = reader.read(tx, clusterId);
        if (!inputs.controlPlanes().isEmpty() && inputs.kubernetesVersion().isEmpty()) {
            return due ? Optional.of(waitForTheAgent(tx, clusterId)) : Optional.empty();
        }
        PlaneRenders.Standing standing = renders.look(tx, clusterId, inputs);
        if (due && !standing.holds()) {
            planes.drain(tx, clusterId);
            versions.compile(tx, clusterId, link.get(), inputs.with(standing.planes()), standing.findings());
            LOG.infof(
                    "compile.done cluster=%s version=%d", clusterId, link.get().requestedVersion());
        } else {
            versions.renderFindings(tx, clusterId, standing.findings());
        }
        return standing.lookAgain();
    }

    private Instant waitForTheAgent(TenantTx tx, UUID clusterId) {
        versions.waiting(
                tx,
                clusterId,
                new Finding(
                        "controlPlane",
                        "KubernetesUnknown",
                        "The agent has not told the cluster's Kubernetes version; install or connect it"));
        return tx.now().plus(AGENT_LOOK);
    }
}
