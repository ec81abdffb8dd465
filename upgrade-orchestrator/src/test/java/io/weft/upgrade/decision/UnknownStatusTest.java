package io.weft.upgrade.decision;

import static org.assertj.core.api.Assertions.assertThat;

import io.weft.upgrade.decision.Observations.MeshStatus;
import io.weft.upgrade.decision.Observations.Serving;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;

/** Not knowing which proxies there are is never taken for there being none. */
class UnknownStatusTest {
    private static final String OLD = "1-26-0";
    private static final String NEW = "1-27-0";

    private static Scenario oneWave() {
        return new Scenario(Plans.plan(Plans.wave(0, "shop")));
    }

    private static UnaryOperator<Observations> truncated() {
        return Seen.meshStatus(status -> new MeshStatus(status.time(), true, status.controlPlanes(), status.proxies()));
    }

    private static Serving unread(boolean ready) {
        return new Serving(ready, 0, 0, 0, "istiod-1: /debug/syncz answered 401");
    }

    // The old control plane stays

    @Test
    void theOldControlPlaneStaysWhileMoreProxiesExistThanAreListed() {
        assertStays(truncated(), "lists not all proxies");
    }

    @Test
    void theOldControlPlaneStaysWhileItCannotBeAskedForItsProxies() {
        assertStays(Seen.serving(OLD, unread(true)), "/debug/syncz answered 401");
    }

    private static void assertStays(UnaryOperator<Observations> seen, String why) {
        Scenario scenario = oneWave().untilStep(Step.Promoted.class);
        scenario.mesh.pass(61);

        Decided decided = scenario.look(seen);

        assertThat(decided.decision().reason()).isEqualTo(Reason.OLD_REVISION_IN_USE);
        assertThat(decided.decision().message()).contains(why);
    }

    // Gate proxySync

    @Test
    void aWaveDoesNotPassOnAListThatIsNotWhole() {
        assertDoesNotPass(truncated());
    }

    @Test
    void aWaveDoesNotPassOnAControlPlaneThatCouldNotBeAsked() {
        assertDoesNotPass(Seen.serving(NEW, unread(true)));
    }

    private static void assertDoesNotPass(UnaryOperator<Observations> seen) {
        Scenario scenario = oneWave().untilStep(Step.WaveSoaking.class);
        scenario.mesh.pass(60);
        assertThat(scenario.look(seen).decision().reason()).isEqualTo(Reason.WAITING_FOR_EVIDENCE);
        scenario.mesh.pass(60);

        Decided decided = scenario.look(seen);

        assertThat(decided.decision()).isInstanceOf(Decision.Pause.class);
        assertThat(decided.decision().reason()).isEqualTo(Reason.NO_DATA);
    }

    // The new control plane stays on the way back

    @Test
    void theNewControlPlaneStaysUntilItsProxiesAreKnownToBeGone() {
        assertWaits(Seen.meshStatus(_ -> MeshStatus.UNKNOWN));
        assertWaits(Seen.meshStatus(status -> new MeshStatus(
                status.time().map(time -> time.minusSeconds(60)), false, status.controlPlanes(), status.proxies())));
        assertWaits(Seen.serving(NEW, unread(true)));
        assertWaits(Seen.serving(NEW, Seen.serving(1, 0)));
    }

    private static void assertWaits(UnaryOperator<Observations> seen) {
        Scenario scenario = oneWave().untilStep(Step.WaveSoaking.class);
        scenario.command(Command.Kind.ROLL_BACK);
        scenario.mesh.pass(20);

        Decided decided = scenario.look(seen);

        assertThat(decided.decision().reason()).isEqualTo(Reason.ROLLING_BACK);
        assertThat(decided.decision().message()).contains("1-27-0");
        scenario.untilPhase(Phase.ROLLED_BACK);
        assertThat(scenario.mesh.controlPlanes).containsOnlyKeys(OLD);
    }

    @Test
    void aNewControlPlaneThatNeverCameUpServesNobodyAndIsRemovedThoughItCannotBeAsked() {
        Scenario scenario = oneWave().untilStep(Step.ControlPlaneCanary.class);
        scenario.command(Command.Kind.ROLL_BACK);
        scenario.mesh.pass(5);

        Decided decided = scenario.look(Seen.serving(NEW, unread(false)));

        assertThat(scenario.phase()).isEqualTo(Phase.ROLLED_BACK);
        assertThat(decided.effects()).contains(new Effect.RemoveControlPlane(NEW));
    }

    @Test
    void aNewControlPlaneThatWasNeverThereIsNotInTheStatusAndNeedsNoWait() {
        Scenario scenario = oneWave().untilStep(Step.ControlPlaneCanary.class);
        scenario.command(Command.Kind.ROLL_BACK);
        scenario.mesh.pass(5);

        scenario.look(Seen.meshStatus(
                status -> new MeshStatus(Optional.of(scenario.mesh.now()), false, Map.of(), status.proxies())));

        assertThat(scenario.phase()).isEqualTo(Phase.ROLLED_BACK);
    }
}
