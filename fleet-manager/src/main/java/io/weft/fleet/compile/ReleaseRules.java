package io.weft.fleet.compile;

import io.weft.fleet.render.ChartRenderer;
import io.weft.fleet.render.IstioLayers;
import io.weft.fleet.render.IstioRelease;
import io.weft.fleet.render.Rendered;
import io.weft.kit.id.TenantId;
import io.weft.kit.tenancy.TenantTransactions;
import io.weft.kit.tenancy.TenantTx;
import io.weft.model.istio.IstioDocuments;
import io.weft.model.release.LifecycleRules;
import io.weft.model.release.ReleaseBundle;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.jboss.logging.Logger;

/** Renders a new release once with default values, to know which rights its installation needs (D14). */
@Singleton
class ReleaseRules {
    private static final Logger LOG = Logger.getLogger(ReleaseRules.class);
    private static final Duration LOOK_AGAIN = Duration.ofSeconds(30);

    private final TenantTransactions tenants;
    private final Renders renders;
    private final ChartRenderer renderer;
    private final Releases releases;

    ReleaseRules(TenantTransactions tenants, Renders renders, ChartRenderer renderer, Releases releases) {
        this.tenants = tenants;
        this.renders = renders;
        this.renderer = renderer;
        this.releases = releases;
    }

    /** Begins the render of a release whose rules are not known, and looks again until they are. */
    Optional<Instant> handle(TenantTx tx, UUID releaseId) {
        if (!releases.needsRules(tx, releaseId)) {
            return Optional.empty();
        }
        TenantId tenant = tx.tenant();
        renders.submit(tenant + "/release/" + releaseId, () -> run(tenant, releaseId));
        return Optional.of(tx.now().plus(LOOK_AGAIN));
    }

    private void run(TenantId tenant, UUID releaseId) {
        ReleaseBundle bundle = tenants.in(tenant, tx -> releases.bundle(tx, releaseId));
        IstioRelease release = new IstioRelease(
                IstioDocuments.revision(bundle.description().version()),
                true,
                "cluster.local",
                Map.of(),
                Optional.empty(),
                "v" + bundle.description().kubernetesMax() + ".0");
        switch (renderer.render(release.kubernetesVersion(), release.jobs(bundle))) {
            case Rendered.Objects objects ->
                tenants.in(tenant, tx -> {
                    releases.rules(tx, releaseId, LifecycleRules.of(withNamespace(objects)));
                    return true;
                });
            case Rendered.Refused refused ->
                LOG.errorf("release.refused release=%s reason=%s", releaseId, refused.reason());
            case Rendered.Broken broken -> LOG.warnf("release.broken release=%s reason=%s", releaseId, broken.reason());
        }
    }

    private static List<Map<String, Object>> withNamespace(Rendered.Objects objects) {
        List<Map<String, Object>> all = new ArrayList<>(objects.all());
        all.add(IstioLayers.namespace().body());
        return all;
    }
}
