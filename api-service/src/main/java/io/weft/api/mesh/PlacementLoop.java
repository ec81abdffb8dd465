package io.weft.api.mesh;

import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import io.weft.api.desired.DesiredState;
import io.weft.api.policy.Targeting;
import io.weft.kit.tenancy.TenantTx;
import io.weft.kit.work.DueWork;
import io.weft.kit.work.Loop;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Namespaces come, go and change their labels without a call to the API: when a cluster's were reported as changed, or the
 * cluster's own selector was, the placements of its installations follow.
 */
@Singleton
class PlacementLoop {
    private static final int WORKERS = 1;
    private static final Duration AFTER_ROLLOUT = Duration.ofSeconds(15);

    private final DueWork queue;
    private final Installations installations;
    private final Placements placements;
    private final Targeting targeting;
    private @Nullable Loop loop;

    PlacementLoop(DueWork queue, Installations installations, Placements placements, Targeting targeting) {
        this.queue = queue;
        this.installations = installations;
        this.placements = placements;
        this.targeting = targeting;
    }

    void start(@Observes StartupEvent event) {
        loop = queue.claimLoop(DesiredState.PLACEMENT, WORKERS, this::look);
    }

    void stop(@Observes ShutdownEvent event) {
        if (loop != null) {
            loop.close();
        }
    }

    private record Installed(UUID id, String revision, Optional<String> selector) {}

    /** A rollout alone writes placements while it is active: then the look waits for its end. */
    private Optional<Instant> look(TenantTx tx, UUID cluster) {
        List<Installed> installed = tx.list(Installed.class, """
                SELECT i.id, p.revision, i.spec ->> 'namespaceSelector' AS selector
                FROM installation i JOIN control_plane p ON p.tenant_id = i.tenant_id AND p.installation_id = i.id
                WHERE i.cluster_id = ? AND p.is_default AND p.wanted ORDER BY i.id FOR UPDATE OF i
                """, cluster);
        if (installations.rolloutActive(tx, cluster)) {
            return Optional.of(tx.now().plus(AFTER_ROLLOUT));
        }
        boolean changed = false;
        for (Installed one : installed) {
            changed |= placements.follow(
                    tx, one.id(), cluster, one.revision(), one.selector().orElse(null));
        }
        if (changed) {
            targeting.reconsider(tx, cluster);
            DesiredState.changed(tx, cluster, "namespaces of the cluster");
        }
        return Optional.empty();
    }
}
