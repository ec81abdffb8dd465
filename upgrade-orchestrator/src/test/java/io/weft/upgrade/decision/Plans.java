package io.weft.upgrade.decision;

import io.weft.upgrade.decision.Plan.OnFailure;
import io.weft.upgrade.decision.Plan.OnNoData;
import io.weft.upgrade.decision.Plan.PlannedWave;
import io.weft.upgrade.decision.Plan.Timing;
import java.time.Duration;
import java.util.List;
import java.util.TreeSet;

/** Plans that tests share. */
final class Plans {
    static final List<Gate> GATES = List.of(
            new Gate.SuccessRate("successRate", 0.002, 200),
            new Gate.LatencyShare("latencyShare", 0.02, 200),
            new Gate.ProxySync("proxySync"),
            new Gate.Probes("probes"));

    /** A short last soak, so that a simulated rollout has an end soon. */
    static final Timing TIMING = new Timing(
            Duration.ofMinutes(10),
            Duration.ofSeconds(30),
            Duration.ofMinutes(30),
            Duration.ofMinutes(15),
            Duration.ofSeconds(60),
            Duration.ofSeconds(60),
            Duration.ofSeconds(60),
            Duration.ofSeconds(30),
            Duration.ofMinutes(2),
            Duration.ofSeconds(60),
            Duration.ofSeconds(5));

    private Plans() {}

    static PlannedWave wave(int position, String... namespaces) {
        return new PlannedWave(
                position, "wave-" + position, new TreeSet<>(List.of(namespaces)), 4, Duration.ofSeconds(60), false);
    }

    static Plan plan(PlannedWave... waves) {
        return plan(OnFailure.ROLL_BACK_WAVE, OnNoData.PAUSE, waves);
    }

    static Plan plan(OnFailure onFailure, OnNoData onNoData, PlannedWave... waves) {
        return new Plan(
                MeshRevision.of("1.26.0"),
                MeshRevision.of("1.27.0"),
                List.of(waves),
                GATES,
                onFailure,
                onNoData,
                TIMING);
    }
}
