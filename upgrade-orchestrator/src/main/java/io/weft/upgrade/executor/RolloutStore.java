package io.weft.upgrade.executor;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.weft.kit.tenancy.TenantTx;
import io.weft.kit.wire.WireNames;
import io.weft.upgrade.decision.Decided;
import io.weft.upgrade.decision.Phase;
import io.weft.upgrade.decision.Plan;
import io.weft.upgrade.decision.State;
import io.weft.upgrade.decision.Step;
import java.time.Instant;
import java.util.Optional;
import java.util.UUID;

/** The row of a rollout and what hangs on it. Every write names the lease epoch it was decided under. */
final class RolloutStore {
    private RolloutStore() {}

    /**
     * Takes the next lease epoch and with it the row, until the transaction ends. Whoever decided under an older epoch
     * finds no row to write to.
     */
    static Optional<RolloutRow> lease(TenantTx tx, UUID rollout) {
        return tx.first(RolloutRow.class, """
                UPDATE rollout SET lease_epoch = lease_epoch + 1 WHERE id = ?
                RETURNING id, mesh_id, installation_id, cluster_id, from_version, to_version, spec, phase, state, reason,
                    message, lease_epoch
                """, rollout);
    }

    /**
     * Stores the new state.
     *
     * @throws LeaseLost another look took the row since
     */
    static void save(TenantTx tx, RolloutRow row, Plan plan, Decided decided, Instant now) {
        State state = decided.state();
        Phase phase = state.phase(plan);
        int rows = tx.update(
                """
                UPDATE rollout SET phase = ?, state = ?, reason = ?, message = ?, status_version = status_version + 1,
                    update_time = ?, end_time = ?::timestamptz
                WHERE id = ? AND lease_epoch = ?
                """,
                phase,
                document(plan, decided),
                decided.decision().reason().code(),
                decided.decision().message(),
                now,
                phase.ended() ? now : null,
                row.id(),
                row.leaseEpoch());
        if (rows == 0) {
            throw new LeaseLost(row.id(), row.leaseEpoch());
        }
    }

    /** What readers of the row need at the top, the decision's own state below. */
    private static JsonNode document(Plan plan, Decided decided) {
        State state = decided.state();
        ObjectNode document = JsonNodeFactory.instance.objectNode();
        document.put("step", stepName(state));
        state.wave().ifPresent(wave -> document.put("wave", wave.intValue()));
        state.hold().ifPresent(_ -> document.put("phaseBeforePause", WireNames.of(state.phaseWithoutHold(plan))));
        document.put("canRollBack", state.canRollBack());
        document.put("lookAgain", decided.lookAgain().toString());
        document.set("decision", DecisionJson.write(state));
        return document;
    }

    /** Names of the steps that callers know; the waves' own steps are told apart by the phase. */
    static String stepName(State state) {
        return switch (state.step()) {
            case Step.Precheck _ -> "precheck";
            case Step.ControlPlaneCanary _ -> "controlPlaneCanary";
            case Step.ControlPlaneSoak _ -> "controlPlaneSoak";
            case Step.BeforeWave _, Step.WaveMoving _, Step.WaveSoaking _ -> "dataPlaneWaves";
            case Step.Promoted _ -> "promote";
            case Step.RollingBack back -> back.waves().isEmpty() ? "controlPlaneCanary" : "dataPlaneWaves";
            case Step.Done _ -> "done";
        };
    }

    /** The look was overtaken; its transaction is dropped. */
    static final class LeaseLost extends RuntimeException {
        LeaseLost(UUID rollout, long leaseEpoch) {
            super("rollout " + rollout + " was taken over after lease epoch " + leaseEpoch + "; this look is dropped");
        }
    }
}
