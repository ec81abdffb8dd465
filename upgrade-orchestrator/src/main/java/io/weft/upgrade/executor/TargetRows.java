package io.weft.upgrade.executor;

import io.weft.kit.tenancy.TenantTx;
import io.weft.upgrade.decision.Phase;
import io.weft.upgrade.decision.Plan;
import io.weft.upgrade.decision.State;
import io.weft.upgrade.decision.Step;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Shows each target's step and phase in {@code wave_target}: a projection of the state, read by people only. */
final class TargetRows {
    private TargetRows() {}

    static void write(TenantTx tx, RolloutRow row, Plan plan, State state, Instant now) {
        writeControlPlane(tx, row, plan, state, now);
        List<@Nullable Object[]> rows = new ArrayList<>();
        for (Plan.PlannedWave wave : plan.waves()) {
            SortedMap<String, String> before = state.revisionsBefore().getOrDefault(wave.position(), new TreeMap<>());
            Optional<Phase> phase = phase(plan, state, wave.position());
            if (phase.isEmpty()) {
                continue;
            }
            for (String namespace : wave.namespaces()) {
                rows.add(new @Nullable Object[] {
                    phase.get(),
                    before.getOrDefault(namespace, ""),
                    phase.get() == Phase.PLANNED ? null : now,
                    deadline(state, wave.position()).orElse(null),
                    row.leaseEpoch(),
                    row.id(),
                    wave.position(),
                    namespace,
                    phase.get() == Phase.ROLLED_BACK // a wave that never started stays planned
                });
            }
        }
        tx.updateEach("""
                UPDATE wave_target SET phase = ?, step = 'dataPlaneWaves', revision_before = COALESCE(NULLIF(?, ''), revision_before),
                    start_time = COALESCE(start_time, ?::timestamptz), deadline = ?::timestamptz, lease_epoch = ?
                WHERE rollout_id = ? AND wave_position = ? AND namespace = ? AND (start_time IS NOT NULL OR NOT ?)
                """, rows);
    }

    /** Empty where a wave's last phase stays as it is, because the rollout ended elsewhere. */
    private static Optional<Phase> phase(Plan plan, State state, int wave) {
        boolean started = state.revisionsBefore().containsKey(wave);
        if (state.step() instanceof Step.Done done) {
            return switch (done.outcome()) {
                case COMPLETED -> Optional.of(Phase.COMPLETED);
                case ROLLED_BACK -> started ? Optional.empty() : Optional.of(Phase.ROLLED_BACK);
                default -> Optional.empty();
            };
        }
        if (isAtWork(state, wave)) {
            return Optional.of(state.phase(plan));
        }
        return Optional.of(started ? Phase.COMPLETED : Phase.PLANNED);
    }

    /** The wave moves, soaks or goes back. */
    private static boolean isAtWork(State state, int wave) {
        return switch (state.step()) {
            case Step.WaveMoving moving -> moving.wave().position() == wave;
            case Step.WaveSoaking soaking -> soaking.wave().position() == wave;
            case Step.RollingBack back -> back.waves().contains(wave);
            case Step.Precheck _, Step.ControlPlaneCanary _, Step.ControlPlaneSoak _, Step.BeforeWave _ -> false;
            case Step.Promoted _, Step.Done _ -> false;
        };
    }

    private static Optional<Instant> deadline(State state, int wave) {
        if (!isAtWork(state, wave)) {
            return Optional.empty();
        }
        return switch (state.step()) {
            case Step.WaveMoving moving -> Optional.of(moving.deadline());
            case Step.WaveSoaking soaking -> Optional.of(soaking.until());
            case Step.RollingBack back -> Optional.of(back.deadline());
            case Step.Precheck _, Step.ControlPlaneCanary _, Step.ControlPlaneSoak _, Step.BeforeWave _ ->
                Optional.empty();
            case Step.Promoted _, Step.Done _ -> Optional.empty();
        };
    }

    private static void writeControlPlane(TenantTx tx, RolloutRow row, Plan plan, State state, Instant now) {
        tx.update(
                """
                INSERT INTO wave_target (tenant_id, rollout_id, wave_position, cluster_id, namespace, step, phase,
                    revision_before, start_time, lease_epoch)
                VALUES (?, ?, -1, ?, '', ?, ?, ?, ?, ?)
                ON CONFLICT (tenant_id, rollout_id, wave_position, cluster_id, namespace) DO UPDATE
                SET step = excluded.step, phase = excluded.phase, lease_epoch = excluded.lease_epoch
                """,
                tx.tenant(),
                row.id(),
                row.clusterId(),
                RolloutStore.stepName(state),
                state.phase(plan),
                plan.from().revision(),
                now,
                row.leaseEpoch());
    }
}
