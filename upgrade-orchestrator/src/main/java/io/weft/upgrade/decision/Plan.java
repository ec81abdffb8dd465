package io.weft.upgrade.decision;

import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.SortedSet;
import java.util.TreeSet;

/** What a rollout is allowed to do; fixed when it was created. */
public record Plan(
        MeshRevision from,
        MeshRevision to,
        List<PlannedWave> waves,
        List<Gate> gates,
        OnFailure onFailure,
        OnNoData onNoData,
        Timing timing) {

    public enum OnFailure {
        /** The failed wave goes back, earlier waves stay. */
        ROLL_BACK_WAVE,
        ROLL_BACK_ALL,
        PAUSE
    }

    /** For missing, late and too little data alike. */
    public enum OnNoData {
        PAUSE,
        ROLL_BACK
    }

    /**
     * Namespaces that move together.
     *
     * @param soak how long the wave is watched after its last pod moved
     */
    public record PlannedWave(
            int position,
            String name,
            SortedSet<String> namespaces,
            int maxParallelWorkloads,
            Duration soak,
            boolean approvalRequired) {
        public PlannedWave {
            namespaces = Collections.unmodifiableSortedSet(new TreeSet<>(namespaces));
            if (soak.isNegative()) {
                throw new IllegalArgumentException("wave " + name + ": soak must not be negative, got " + soak);
            }
        }

        /** For messages: "wave 1 (canary)". */
        String title() {
            return "wave " + (position + 1) + " (" + name + ")";
        }
    }

    /**
     * Deadlines and pauses of every step.
     *
     * @param controlPlaneLost how long the new control plane may be not ready once it was
     * @param agentLost how long the agent may be away before a target is stuck
     * @param telemetryLate how old the newest complete window may be while something moves or soaks
     * @param telemetryLost how long late telemetry is waited for, standing still, before it counts as no data
     * @param evidenceGrace how long after a soak its last evidence may still arrive
     */
    public record Timing(
            Duration controlPlaneDeadline,
            Duration controlPlaneSoak,
            Duration moveDeadline,
            Duration rollbackDeadline,
            Duration finalSoak,
            Duration controlPlaneLost,
            Duration agentLost,
            Duration telemetryLate,
            Duration telemetryLost,
            Duration evidenceGrace,
            Duration lookAgain) {}

    public Plan {
        waves = List.copyOf(waves);
        gates = List.copyOf(gates);
        for (int i = 0; i < waves.size(); i++) {
            if (waves.get(i).position() != i) {
                throw new IllegalArgumentException("waves must be numbered from 0 without a gap, wave " + i
                        + " is number " + waves.get(i).position());
            }
        }
    }

    PlannedWave wave(int position) {
        return waves.get(position);
    }

    boolean isLast(int position) {
        return position == waves.size() - 1;
    }

    boolean needsTelemetry() {
        return gates.stream().anyMatch(Gate::needsTelemetry);
    }

    /** The smallest number of requests with which every traffic gate can be judged; 0 without such a gate. */
    public long minRequests() {
        return gates.stream().mapToLong(Plan::minRequests).max().orElse(0);
    }

    private static long minRequests(Gate gate) {
        return switch (gate) {
            case Gate.SuccessRate success -> success.minRequests();
            case Gate.LatencyShare latency -> latency.minRequests();
            case Gate.ProxySync _, Gate.Probes _ -> 0;
        };
    }
}
