package io.weft.fleet.compile;

import io.weft.fleet.compile.ControlPlanes.ControlPlane;
import io.weft.fleet.render.IstioRelease;
import io.weft.kit.tenancy.TenantTx;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Stream;

/** Which control planes of a cluster stand as their inputs say, and what happens to the others. */
@Singleton
class PlaneRenders {
    /** Only for the case that the process dies while a render runs; its end wakes the cluster by itself. */
    private static final Duration LOOK_AGAIN = Duration.ofSeconds(60);

    private final ControlPlanes planes;
    private final RenderResults results;
    private final ControlPlaneRenders renders;

    PlaneRenders(ControlPlanes planes, RenderResults results, ControlPlaneRenders renders) {
        this.planes = planes;
        this.results = results;
        this.renders = renders;
    }

    /**
     * Where a cluster's renders stand.
     *
     * @param planes as they are to be compiled; one whose render is under way has the layer of its former inputs, or none
     * @param holds nothing of the cluster can be compiled: its first render has not ended
     * @param lookAgain empty when nothing is under way
     */
    record Standing(List<ControlPlane> planes, List<Finding> findings, boolean holds, Optional<Instant> lookAgain) {}

    private sealed interface Step {
        record Stands() implements Step {}

        record Adopted() implements Step {}

        record Begun() implements Step {}

        record Failed(Finding finding) implements Step {}

        record Retried(Finding finding, Instant next) implements Step {}
    }

    /** Takes what is known already, and begins what is not rendered yet. */
    Standing look(TenantTx tx, UUID clusterId, ClusterInputs inputs) {
        List<Step> steps = inputs.controlPlanes().stream()
                .map(plane -> step(tx, clusterId, inputs, plane))
                .toList();
        boolean adopted = steps.stream().anyMatch(Step.Adopted.class::isInstance);
        List<ControlPlane> now = adopted ? planes.wanted(tx, clusterId) : inputs.controlPlanes();
        boolean begun = steps.stream().anyMatch(Step.Begun.class::isInstance);
        return new Standing(
                now,
                findings(steps),
                begun && now.stream().allMatch(plane -> plane.layerDigest().isEmpty()),
                Stream.concat(
                                begun ? Stream.of(tx.now().plus(LOOK_AGAIN)) : Stream.empty(),
                                steps.stream().flatMap(PlaneRenders::next))
                        .min(Comparator.naturalOrder()));
    }

    private Step step(TenantTx tx, UUID clusterId, ClusterInputs inputs, ControlPlane plane) {
        String layer = "controlPlane[" + plane.revision() + "]";
        if (!plane.family().equals("istio")) {
            return new Step.Failed(new Finding(
                    layer, "FamilyNotSupported", "No renderer for " + plane.family() + " in this version of Weft"));
        }
        IstioRelease release = plane.release(inputs.kubernetesVersion().orElseThrow());
        String key = release.key(plane.releaseDigest());
        results.used(tx, plane.keys(release));
        if (plane.rendered(key)) {
            return new Step.Stands();
        }
        if (plane.failed(key)) {
            return new Step.Failed(
                    new Finding(layer, "RenderRefused", plane.stateReason().orElse("")));
        }
        Optional<RenderResults.Layers> known = results.layers(tx, key);
        if (known.isPresent()) {
            planes.rendered(tx, plane, key, known.get());
            return new Step.Adopted();
        }
        Optional<RenderResults.Broken> broken = results.broken(tx, key);
        if (broken.filter(last -> last.retryTime().isAfter(tx.now())).isEmpty()) {
            renders.begin(tx.tenant(), clusterId, plane, release);
        }
        return broken.<Step>map(last -> new Step.Retried(finding(layer, last), next(tx, last)))
                .orElseGet(Step.Begun::new);
    }

    private static Instant next(TenantTx tx, RenderResults.Broken last) {
        return last.retryTime().isAfter(tx.now()) ? last.retryTime() : tx.now().plus(LOOK_AGAIN);
    }

    private static Finding finding(String layer, RenderResults.Broken last) {
        return new Finding(
                layer,
                "RenderBroken",
                "The render broke off " + last.attempts() + " times, last: " + last.message()
                        + ". It is tried again by itself; if that goes on, raise weft.render.time-limit or"
                        + " weft.render.heap-mebibytes of fleet-manager");
    }

    private static List<Finding> findings(List<Step> steps) {
        List<Finding> findings = new ArrayList<>();
        for (Step step : steps) {
            switch (step) {
                case Step.Failed failed -> findings.add(failed.finding());
                case Step.Retried retried -> findings.add(retried.finding());
                case Step.Stands _, Step.Adopted _, Step.Begun _ -> {}
            }
        }
        return findings;
    }

    private static Stream<Instant> next(Step step) {
        return step instanceof Step.Retried retried ? Stream.of(retried.next()) : Stream.empty();
    }
}
