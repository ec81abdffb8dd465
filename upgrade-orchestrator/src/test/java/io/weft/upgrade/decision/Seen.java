package io.weft.upgrade.decision;

import io.weft.upgrade.decision.Observations.ControlPlane;
import io.weft.upgrade.decision.Observations.ControlPlaneState;
import io.weft.upgrade.decision.Observations.MeshStatus;
import io.weft.upgrade.decision.Observations.Movement;
import io.weft.upgrade.decision.Observations.Proof;
import io.weft.upgrade.decision.Observations.Serving;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;

/** Changes to what was observed, one at a time. */
final class Seen {
    private Seen() {}

    static UnaryOperator<Observations> withoutRelease() {
        return seen -> copy(
                seen,
                false,
                seen.missingPermissions(),
                seen.controlPlanes(),
                seen.movements(),
                seen.meshStatus(),
                seen.proofs());
    }

    static UnaryOperator<Observations> missingPermission(String permission) {
        return seen -> copy(
                seen,
                true,
                List.of(permission),
                seen.controlPlanes(),
                seen.movements(),
                seen.meshStatus(),
                seen.proofs());
    }

    static UnaryOperator<Observations> controlPlane(String revision, ControlPlaneState state, String reason) {
        return seen -> {
            Map<String, ControlPlane> planes = new HashMap<>(seen.controlPlanes());
            planes.put(revision, new ControlPlane("1.27.0", state, reason, false));
            return copy(seen, true, List.of(), planes, seen.movements(), seen.meshStatus(), seen.proofs());
        };
    }

    static UnaryOperator<Observations> movement(String namespace, Movement movement) {
        return seen -> {
            Map<String, Movement> movements = new HashMap<>(seen.movements());
            movements.put(namespace, movement);
            return copy(seen, true, List.of(), seen.controlPlanes(), movements, seen.meshStatus(), seen.proofs());
        };
    }

    /** A ready control plane all of whose proxies are synced. */
    static Serving serving(long connected, long rejected) {
        return new Serving(true, connected, 0, rejected, "");
    }

    static UnaryOperator<Observations> meshStatus(UnaryOperator<MeshStatus> change) {
        return seen -> copy(
                seen,
                true,
                List.of(),
                seen.controlPlanes(),
                seen.movements(),
                change.apply(seen.meshStatus()),
                seen.proofs());
    }

    static UnaryOperator<Observations> proofs(List<Proof> proofs) {
        return seen -> copy(seen, true, List.of(), seen.controlPlanes(), seen.movements(), seen.meshStatus(), proofs);
    }

    /** Connected by name, last heard of at {@code seen}. */
    static UnaryOperator<Observations> silentAgent(Instant lastSeen) {
        Observations.Agent agent = new Observations.Agent(true, Optional.of(lastSeen), Optional.empty(), true, true);
        return seen -> new Observations(
                true,
                List.of(),
                seen.ungranted(),
                seen.rejections(),
                agent,
                seen.controlPlanes(),
                seen.placements(),
                seen.movements(),
                seen.meshStatus(),
                seen.proofs(),
                seen.commands(),
                seen.telemetry());
    }

    /** The control plane as its mesh status describes it. */
    static UnaryOperator<Observations> serving(String revision, Serving serving) {
        return meshStatus(status -> {
            Map<String, Serving> controlPlanes = new HashMap<>(status.controlPlanes());
            controlPlanes.put(revision, serving);
            return new MeshStatus(status.time(), status.truncated(), controlPlanes, status.proxies());
        });
    }

    static UnaryOperator<Observations> telemetry(UnaryOperator<Telemetry> change) {
        return seen -> seen.withTelemetry(change.apply(seen.telemetry()));
    }

    static UnaryOperator<Observations> telemetryThrough(Instant through) {
        return telemetry(
                telemetry -> new Telemetry(Optional.of(through), telemetry.before(), Map.of(), Map.of(), List.of()));
    }

    static UnaryOperator<Observations> withoutTraffic() {
        return telemetry(
                telemetry -> new Telemetry(telemetry.completeThrough(), Map.of(), Map.of(), Map.of(), List.of()));
    }

    static UnaryOperator<Observations> withoutTelemetry() {
        return telemetry(_ -> new Telemetry(Optional.empty(), Map.of(), Map.of(), Map.of(), List.of()));
    }

    private static Observations copy(
            Observations seen,
            boolean imported,
            List<String> missing,
            Map<String, ControlPlane> planes,
            Map<String, Movement> movements,
            MeshStatus status,
            List<Proof> proofs) {
        return new Observations(
                imported,
                missing,
                seen.ungranted(),
                seen.rejections(),
                seen.agent(),
                planes,
                seen.placements(),
                movements,
                status,
                proofs,
                seen.commands(),
                seen.telemetry());
    }
}
