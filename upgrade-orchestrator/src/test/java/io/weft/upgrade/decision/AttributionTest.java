package io.weft.upgrade.decision;

import static org.assertj.core.api.Assertions.assertThat;

import io.weft.upgrade.decision.Observations.MeshStatus;
import io.weft.upgrade.decision.Observations.Proxy;
import io.weft.upgrade.decision.Plan.OnFailure;
import io.weft.upgrade.decision.Plan.OnNoData;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;

/** Which waves go back when proxies refuse what the new control plane sends them. */
class AttributionTest {
    private static final String OLD = "1-26-0";
    private static final String NEW = "1-27-0";

    private static Scenario secondWave(Class<? extends Step> step) {
        return new Scenario(Plans.plan(
                        OnFailure.ROLL_BACK_WAVE, OnNoData.PAUSE, Plans.wave(0, "shop"), Plans.wave(1, "pay")))
                .until(state -> step.isInstance(state.step()) && state.wave().orElse(0) == 1);
    }

    /** A proxy that refuses configuration has not taken it over, so it is not synced. */
    private static UnaryOperator<Observations> rejectedBy(String... namespaces) {
        return Seen.meshStatus(status -> {
            List<Proxy> proxies = new ArrayList<>(status.proxies());
            for (String namespace : namespaces) {
                proxies.add(new Proxy(namespace, "bad-1", NEW, false));
            }
            return new MeshStatus(
                    status.time(), status.truncated(), Map.of(NEW, Seen.serving(8, namespaces.length)), proxies);
        });
    }

    private static void assertGoBack(Scenario scenario, String shop, String pay) {
        assertThat(scenario.state.step()).isInstanceOf(Step.RollingBack.class);
        scenario.untilPhase(Phase.ROLLED_BACK);
        assertThat(scenario.mesh.namespace("shop").wanted).isEqualTo(shop);
        assertThat(scenario.mesh.namespace("pay").wanted).isEqualTo(pay);
    }

    @Test
    void proxiesOfTheMovingWaveTakeThatWaveBack() {
        Scenario scenario = secondWave(Step.WaveMoving.class);

        scenario.look(rejectedBy("pay"));

        assertGoBack(scenario, NEW, OLD);
    }

    @Test
    void proxiesOfAnEarlierWaveTakeAllWavesBack() {
        Scenario scenario = secondWave(Step.WaveMoving.class);

        scenario.look(rejectedBy("shop"));

        assertGoBack(scenario, OLD, OLD);
    }

    @Test
    void proxiesOfBothTakeAllWavesBack() {
        Scenario scenario = secondWave(Step.WaveSoaking.class);

        scenario.look(rejectedBy("shop", "pay"));

        assertGoBack(scenario, OLD, OLD);
    }

    @Test
    void aRejectionOfNoKnownProxyTakesAllWavesBack() {
        Scenario scenario = secondWave(Step.WaveMoving.class);

        scenario.look(Seen.serving(NEW, Seen.serving(8, 1)));

        assertGoBack(scenario, OLD, OLD);
    }

    @Test
    void aRejectionBetweenTwoWavesTakesThoseBackThatMoved() {
        Scenario scenario = secondWave(Step.BeforeWave.class);

        scenario.look(rejectedBy("shop"));

        assertGoBack(scenario, OLD, OLD);
    }
}
