package io.weft.upgrade.decision;

import static org.assertj.core.api.Assertions.assertThat;

import io.weft.upgrade.decision.Plan.PlannedWave;
import java.time.Duration;
import java.util.List;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/** A wave starts when every gate has something to compare with. */
class BaselineTest {
    private static Scenario twoNamespaces(int requestsPerWindow) {
        PlannedWave wave =
                new PlannedWave(0, "quiet", new TreeSet<>(List.of("pay", "shop")), 4, Duration.ofMinutes(5), false);
        Scenario scenario = new Scenario(Plans.plan(wave));
        scenario.mesh.traffic.load.put("shop", requestsPerWindow);
        scenario.mesh.traffic.load.put("pay", requestsPerWindow);
        scenario.mesh.pass(400);
        return scenario;
    }

    @Test
    void aNamespaceThatIsTooQuietForTheShortBaselineIsComparedWithALongerOne() {
        Scenario scenario = twoNamespaces(20); // 120 a minute each

        scenario.until(state -> state.paused() || state.phase(scenario.plan).ended());

        assertThat(scenario.phase()).isEqualTo(Phase.COMPLETED);
    }

    @Test
    void aWaveWhoseLatencyCouldNeverBeJudgedDoesNotStart() {
        Scenario scenario = twoNamespaces(5); // 150 in five minutes each, 300 together

        scenario.until(state -> state.paused() || state.step() instanceof Step.WaveMoving);

        assertThat(scenario.phase()).isEqualTo(Phase.PAUSED);
        assertThat(scenario.state.step()).isInstanceOf(Step.BeforeWave.class);
        assertThat(scenario.state.hold().orElseThrow().reason()).isEqualTo(Reason.TOO_FEW);
        assertThat(scenario.state.hold().orElseThrow().message()).contains("gate latencyShare");
    }
}
