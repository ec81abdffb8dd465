package io.weft.fleet.compile;

import io.weft.fleet.compile.ControlPlanes.ControlPlane;
import io.weft.fleet.render.ChartJob;
import io.weft.fleet.render.ChartRenderer;
import io.weft.fleet.render.IstioLayers;
import io.weft.fleet.render.IstioRelease;
import io.weft.fleet.render.Rendered;
import io.weft.kit.id.TenantId;
import io.weft.kit.tenancy.TenantTransactions;
import io.weft.kit.tenancy.TenantTx;
import io.weft.kit.work.DueWork;
import io.weft.model.release.ReleaseBundle;
import jakarta.inject.Singleton;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.UUID;
import org.jboss.logging.Logger;

/** Renders a control plane, stores its layers and lets the cluster be compiled again. */
@Singleton
class ControlPlaneRenders {
    private static final Logger LOG = Logger.getLogger(ControlPlaneRenders.class);

    private final TenantTransactions tenants;
    private final Renders renders;
    private final ChartRenderer renderer;
    private final ControlPlanes planes;
    private final RenderResults results;
    private final LayerStore layers;
    private final Releases releases;

    ControlPlaneRenders(
            TenantTransactions tenants,
            Renders renders,
            ChartRenderer renderer,
            ControlPlanes planes,
            RenderResults results,
            LayerStore layers,
            Releases releases) {
        this.tenants = tenants;
        this.renders = renders;
        this.renderer = renderer;
        this.planes = planes;
        this.results = results;
        this.layers = layers;
        this.releases = releases;
    }

    /** Begins the render; the cluster's row in the queue comes due when it ends. */
    void begin(TenantId tenant, UUID clusterId, ControlPlane plane, IstioRelease release) {
        String key = release.key(plane.releaseDigest());
        renders.submit(tenant + "/" + plane.installationId() + "/" + key, () -> run(tenant, clusterId, plane, release));
    }

    private void run(TenantId tenant, UUID clusterId, ControlPlane plane, IstioRelease release) {
        String key = release.key(plane.releaseDigest());
        if (tenants.in(tenant, tx -> adopt(tx, clusterId, plane, key))) {
            return; // another cluster of the organisation asked for the same
        }
        Rendered rendered = render(tenant, plane, release);
        LOG.infof(
                "render.ended revision=%s version=%s answer=%s",
                plane.revision(), plane.version(), rendered.getClass().getSimpleName());
        switch (rendered) {
            case Rendered.Objects objects -> store(tenant, clusterId, plane, release, objects);
            case Rendered.Refused refused -> refuse(tenant, clusterId, plane, key, refused.reason());
            case Rendered.Broken broken -> retry(tenant, clusterId, key, broken.reason());
        }
    }

    private Rendered render(TenantId tenant, ControlPlane plane, IstioRelease release) {
        List<ChartJob> jobs;
        try {
            ReleaseBundle bundle = tenants.in(tenant, tx -> releases.bundle(tx, plane.releaseId()));
            jobs = release.jobs(bundle);
        } catch (IllegalStateException | IllegalArgumentException e) { // no readable release, or one without a chart
            return new Rendered.Refused(String.valueOf(e.getMessage()));
        }
        return renderer.render(release.kubernetesVersion(), jobs);
    }

    private void store(
            TenantId tenant, UUID clusterId, ControlPlane plane, IstioRelease release, Rendered.Objects objects) {
        String key = release.key(plane.releaseDigest());
        Map<String, IstioLayers> forms = new TreeMap<>();
        try {
            release.forms()
                    .forEach(form -> forms.put(
                            form.key(plane.releaseDigest()),
                            IstioLayers.of(form.revision(), form.defaultRevision(), objects)));
        } catch (IllegalArgumentException e) { // an object over the limit, or without a name
            refuse(tenant, clusterId, plane, key, String.valueOf(e.getMessage()));
            return;
        }
        tenants.in(tenant, tx -> {
            compileAgain(tx, clusterId, "rendered " + plane.revision());
            LayerLock.shared(tx);
            forms.forEach((formKey, cut) -> results.gave(tx, formKey, stored(tx, cut)));
            planes.rendered(tx, plane, key, results.layers(tx, key).orElseThrow());
            return true;
        });
    }

    private RenderResults.Layers stored(TenantTx tx, IstioLayers cut) {
        layers.store(tx, cut.crds());
        layers.store(tx, cut.controlPlane());
        return new RenderResults.Layers(cut.controlPlane().digest(), cut.crds().digest());
    }

    private boolean adopt(TenantTx tx, UUID clusterId, ControlPlane plane, String key) {
        Optional<RenderResults.Layers> known = results.layers(tx, key);
        known.ifPresent(rendered -> {
            compileAgain(tx, clusterId, "rendered " + plane.revision());
            planes.rendered(tx, plane, key, rendered);
        });
        return known.isPresent();
    }

    private void refuse(TenantId tenant, UUID clusterId, ControlPlane plane, String key, String reason) {
        tenants.in(tenant, tx -> {
            compileAgain(tx, clusterId, "render refused " + plane.revision());
            planes.failed(tx, plane, key, reason);
            return true;
        });
    }

    private void retry(TenantId tenant, UUID clusterId, String key, String reason) {
        if (Thread.currentThread().isInterrupted()) {
            return; // the hub is stopping: nothing is wrong with the render
        }
        LOG.warnf("render.broken cluster=%s reason=%s", clusterId, reason);
        tenants.in(tenant, tx -> {
            results.broke(tx, key, reason);
            DueWork.scheduleNow(tx, CompileLoop.COMPILE, clusterId, "render broke off");
            return true;
        });
    }

    /**
     * The cluster may have been compiled without this render. Call it before other writes: a compile locks its row of the
     * queue first, too.
     */
    private static void compileAgain(TenantTx tx, UUID clusterId, String reason) {
        DueWork.scheduleNow(tx, CompileLoop.COMPILE, clusterId, reason);
        tx.update("""
                UPDATE agent_link SET requested_version = requested_version + 1, requested_reason = ?
                WHERE tenant_id = ? AND cluster_id = ? AND requested_version = compiled_version
                """, reason, tx.tenant(), clusterId);
    }
}
