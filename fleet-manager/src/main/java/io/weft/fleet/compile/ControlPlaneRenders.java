package io.weft.fleet.compile;

import io.weft.fleet.compile.ControlPlanes.ControlPlane;
import io.weft.fleet.render.ChartRenderer;
import io.weft.fleet.render.IstioLayers;
import io.weft.fleet.render.IstioRelease;
import io.weft.fleet.render.Rendered;
import io.weft.kit.id.TenantId;
import io.weft.kit.tenancy.TenantTransactions;
import io.weft.kit.work.DueWork;
import io.weft.model.release.ReleaseBundle;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.UUID;
import org.jboss.logging.Logger;

/** Renders a control plane, stores its layers and lets the cluster be compiled again. */
@Singleton
class ControlPlaneRenders {
    private static final Logger LOG = Logger.getLogger(ControlPlaneRenders.class);
    private static final Duration RETRY = Duration.ofSeconds(20);

    private final TenantTransactions tenants;
    private final Renders renders;
    private final ChartRenderer renderer;
    private final ControlPlanes planes;
    private final LayerStore layers;
    private final Releases releases;

    ControlPlaneRenders(
            TenantTransactions tenants,
            Renders renders,
            ChartRenderer renderer,
            ControlPlanes planes,
            LayerStore layers,
            Releases releases) {
        this.tenants = tenants;
        this.renders = renders;
        this.renderer = renderer;
        this.planes = planes;
        this.layers = layers;
        this.releases = releases;
    }

    /** Begins the render; the cluster's row in the queue comes due when it ends. */
    void begin(TenantId tenant, UUID clusterId, ControlPlane plane, IstioRelease release) {
        String key = release.key(plane.releaseDigest());
        renders.submit(tenant + "/" + plane.installationId() + "/" + key, () -> run(tenant, clusterId, plane, release));
    }

    private void run(TenantId tenant, UUID clusterId, ControlPlane plane, IstioRelease release) {
        ReleaseBundle bundle = tenants.in(tenant, tx -> releases.bundle(tx, plane.releaseId()));
        String key = release.key(plane.releaseDigest());
        Rendered rendered = renderer.render(release.kubernetesVersion(), release.jobs(bundle));
        LOG.infof(
                "render.ended revision=%s version=%s answer=%s",
                plane.revision(), plane.version(), rendered.getClass().getSimpleName());
        switch (rendered) {
            case Rendered.Objects objects -> store(tenant, clusterId, plane, release, objects);
            case Rendered.Refused refused -> refuse(tenant, clusterId, plane, key, refused.reason());
            case Rendered.Broken broken -> retry(tenant, clusterId, broken.reason());
        }
    }

    private void store(
            TenantId tenant, UUID clusterId, ControlPlane plane, IstioRelease release, Rendered.Objects objects) {
        String key = release.key(plane.releaseDigest());
        IstioLayers cut;
        try {
            cut = IstioLayers.of(plane.revision(), release.defaultRevision(), objects);
        } catch (IllegalArgumentException e) { // an object over the limit, or without a name
            refuse(tenant, clusterId, plane, key, String.valueOf(e.getMessage()));
            return;
        }
        tenants.in(tenant, tx -> {
            layers.store(tx, cut.crds());
            layers.store(tx, cut.controlPlane());
            planes.rendered(
                    tx, plane, key, cut.controlPlane().digest(), cut.crds().digest());
            DueWork.scheduleNow(tx, CompileLoop.COMPILE, clusterId, "rendered " + plane.revision());
            return true;
        });
    }

    private void refuse(TenantId tenant, UUID clusterId, ControlPlane plane, String key, String reason) {
        tenants.in(tenant, tx -> {
            planes.failed(tx, plane, key, reason);
            DueWork.scheduleNow(tx, CompileLoop.COMPILE, clusterId, "render refused " + plane.revision());
            return true;
        });
    }

    private void retry(TenantId tenant, UUID clusterId, String reason) {
        LOG.warnf("render.broken cluster=%s reason=%s retryIn=%s", clusterId, reason, RETRY);
        tenants.in(tenant, tx -> {
            DueWork.schedule(tx, CompileLoop.COMPILE, clusterId, tx.now().plus(RETRY), "render broke off");
            return true;
        });
    }
}
