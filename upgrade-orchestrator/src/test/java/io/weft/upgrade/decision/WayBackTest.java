package io.weft.upgrade.decision;

import static org.assertj.core.api.Assertions.assertThat;

import io.weft.upgrade.decision.Observations.MeshStatus;
import io.weft.upgrade.decision.Observations.Movement;
import io.weft.upgrade.decision.Observations.MovementState;
import io.weft.upgrade.decision.Plan.OnFailure;
import io.weft.upgrade.decision.Plan.OnNoData;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** A rollout that failed or was taken back returns what it moved. */
class WayBackTest {
    private static final String OLD = "1-26-0";
    private static final String NEW = "1-27-0";

    private static Scenario oneWave() {
        return new Scenario(Plans.plan(Plans.wave(0, "shop")));
    }

    private static Scenario twoWaves(OnFailure onFailure) {
        return new Scenario(Plans.plan(onFailure, OnNoData.PAUSE, Plans.wave(0, "shop"), Plans.wave(1, "pay")));
    }

    private static Movement movement(Scenario scenario, MovementState state, String reason) {
        return new Movement(NEW, state, reason, "", Optional.empty(), Optional.empty(), scenario.mesh.now());
    }

    @Test
    void byDefaultOnlyTheFailedWaveGoesBackAndItsControlPlaneStays() {
        Scenario scenario = twoWaves(OnFailure.ROLL_BACK_WAVE)
                .until(state -> state.step() instanceof Step.WaveMoving moving
                        && moving.wave().position() == 1);
        scenario.look(Seen.movement("pay", movement(scenario, MovementState.FAILED, "ImagePull")));

        scenario.untilPhase(Phase.ROLLED_BACK);

        assertThat(scenario.mesh.namespace("shop").wanted).isEqualTo(NEW);
        assertThat(scenario.mesh.namespace("pay").wanted).isEqualTo(OLD);
        assertThat(scenario.mesh.controlPlanes).containsOnlyKeys(OLD, NEW);
        assertThat(scenario.mesh.versionReached).contains(false);
    }

    @Test
    void wavesGoBackOneAfterTheOtherTheLastFirst() {
        Scenario scenario = twoWaves(OnFailure.ROLL_BACK_ALL).untilStep(Step.Promoted.class);
        scenario.command(Command.Kind.ROLL_BACK);
        scenario.untilPhase(Phase.ROLLING_BACK);
        assertThat(scenario.mesh.namespace("pay").wanted).isEqualTo(OLD);
        assertThat(scenario.mesh.namespace("shop").wanted)
                .as("the first wave waits for the second")
                .isEqualTo(NEW);

        scenario.until(_ -> scenario.mesh.namespace("shop").wanted.equals(OLD));

        assertThat(scenario.mesh.namespace("pay").settled()).isTrue();
        scenario.untilPhase(Phase.ROLLED_BACK);
        assertThat(scenario.mesh.controlPlanes).containsOnlyKeys(OLD);
    }

    @Test
    void aWaveThatDoesNotGetBackKeepsTheOthersNoLongerThanItsOwnTime() {
        Scenario scenario = twoWaves(OnFailure.ROLL_BACK_ALL).untilStep(Step.Promoted.class);
        scenario.command(Command.Kind.ROLL_BACK);
        scenario.untilPhase(Phase.ROLLING_BACK);
        scenario.mesh.namespace("pay").blocked = true;

        scenario.until(_ -> scenario.mesh.namespace("shop").wanted.equals(OLD));

        assertThat(scenario.mesh.namespace("pay").settled()).isFalse();
        scenario.untilPhase(Phase.STUCK);
        assertThat(scenario.mesh.namespace("shop").settled()).isTrue();
    }

    @Test
    void rollBackAllTakesEarlierWavesBackToo() {
        Scenario scenario = twoWaves(OnFailure.ROLL_BACK_ALL)
                .until(state -> state.step() instanceof Step.WaveMoving moving
                        && moving.wave().position() == 1);
        scenario.look(Seen.movement("pay", movement(scenario, MovementState.FAILED, "ImagePull")));

        scenario.untilPhase(Phase.ROLLED_BACK);

        assertThat(scenario.mesh.everythingOn(OLD)).isTrue();
        assertThat(scenario.mesh.controlPlanes).containsOnlyKeys(OLD);
    }

    @Test
    void onFailurePauseStopsTheMoveAndResumeCountsAnew() {
        Scenario scenario = twoWaves(OnFailure.PAUSE).untilStep(Step.WaveSoaking.class);
        scenario.look(Seen.meshStatus(
                status -> new MeshStatus(status.time(), false, Map.of(NEW, Seen.serving(1, 1)), status.proxies())));
        assertThat(scenario.phase()).isEqualTo(Phase.PAUSED);

        scenario.command(Command.Kind.RESUME);

        Step.WaveSoaking soaking = (Step.WaveSoaking) scenario.state.step();
        assertThat(soaking.wave().countFrom()).contains(scenario.mesh.now());
        assertThat(soaking.until()).isEqualTo(scenario.mesh.now().plusSeconds(60));
    }

    @Test
    void aFailureInTheLastSoakMakesTheOldRevisionTheDefaultAgain() {
        Scenario scenario = oneWave().untilStep(Step.Promoted.class);

        Decided decided = scenario.look(Seen.meshStatus(
                status -> new MeshStatus(status.time(), false, Map.of(NEW, Seen.serving(4, 1)), status.proxies())));

        assertThat(decided.decision()).isInstanceOf(Decision.RollBack.class);
        assertThat(decided.effects()).contains(new Effect.MakeDefault(OLD, NEW));
    }

    @Test
    void aRollbackThatTakesTooLongIsStuckAndEndsOnceEverythingIsBack() {
        Scenario scenario = oneWave().untilStep(Step.WaveSoaking.class);
        scenario.command(Command.Kind.ROLL_BACK);
        scenario.mesh.namespace("shop").paused = true;
        scenario.untilPhase(Phase.STUCK);
        assertThat(scenario.look().decision().reason()).isEqualTo(Reason.ROLLBACK_DEADLINE);

        scenario.mesh.namespace("shop").paused = false;

        scenario.untilPhase(Phase.ROLLED_BACK);
        assertThat(scenario.mesh.everythingOn(OLD)).isTrue();
    }

    @Test
    void theWayBackHasNoDeadlineThatTheMoverWouldStopAt() {
        Scenario scenario = oneWave().untilStep(Step.WaveSoaking.class);

        Decided decided = scenario.command(Command.Kind.ROLL_BACK);

        assertThat(decided.effects())
                .singleElement()
                .isInstanceOfSatisfying(
                        Effect.Place.class,
                        place -> assertThat(place.deadline()).isEmpty());
    }

    @Test
    void anAgentThatWasAwayDuringTheWholeWayBackEndsItOnceItReturns() {
        Scenario scenario = oneWave().untilStep(Step.WaveSoaking.class);
        scenario.command(Command.Kind.ROLL_BACK);
        scenario.mesh.agentLost = Optional.of(scenario.mesh.now());
        for (int minute = 0; minute < 16; minute++) {
            scenario.mesh.pass(60);
            scenario.look();
        }

        scenario.mesh.agentLost = Optional.empty();

        scenario.untilPhase(Phase.ROLLED_BACK);
        assertThat(scenario.mesh.everythingOn(OLD)).isTrue();
    }
}
