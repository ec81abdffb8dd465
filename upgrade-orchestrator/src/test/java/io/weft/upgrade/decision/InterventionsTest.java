package io.weft.upgrade.decision;

import static org.assertj.core.api.Assertions.assertThat;

import io.weft.upgrade.decision.Observations.MeshStatus;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** What people order, and what happens while the agent is away. */
class InterventionsTest {
    private static final String OLD = "1-26-0";
    private static final String NEW = "1-27-0";

    private static Scenario oneWave() {
        return new Scenario(Plans.plan(Plans.wave(0, "shop")));
    }

    @Test
    void anUnreachableAgentMakesTheRolloutStuckAndItsReturnMovesTheDeadlines() {
        Scenario scenario = oneWave().untilStep(Step.WaveMoving.class);
        Step.WaveMoving before = (Step.WaveMoving) scenario.state.step();
        scenario.mesh.agentLost = Optional.of(scenario.mesh.now());
        scenario.mesh.pass(59);
        assertThat(scenario.look().decision().reason()).isEqualTo(Reason.AGENT_UNREACHABLE);
        assertThat(scenario.phase()).isEqualTo(Phase.RUNNING);
        scenario.mesh.pass(1);
        scenario.look();
        assertThat(scenario.phase()).isEqualTo(Phase.STUCK);
        scenario.mesh.pass(600);
        scenario.look();

        scenario.mesh.agentLost = Optional.empty();
        scenario.look();

        assertThat(scenario.phase()).isEqualTo(Phase.RUNNING);
        assertThat(((Step.WaveMoving) scenario.state.step()).deadline())
                .isEqualTo(before.deadline().plusSeconds(600));
    }

    // Commands

    @Test
    void completeIsRefusedWhileAPodUsesTheOldRevision() {
        Scenario scenario = oneWave().untilStep(Step.Promoted.class);
        scenario.mesh.namespace("shop").moved = FakeMesh.PODS - 1;

        Decided decided = scenario.command(Command.Kind.COMPLETE);

        assertThat(decided.commands()).singleElement().satisfies(taken -> {
            assertThat(taken.accepted()).isFalse();
            assertThat(taken.message()).contains("1 pods still use 1-26-0: shop/web-3");
        });
        assertThat(scenario.phase()).isEqualTo(Phase.SOAKING);
    }

    @Test
    void completeSkipsTheRestOfTheLastSoak() {
        Scenario scenario = oneWave().untilStep(Step.Promoted.class);

        Decided decided = scenario.command(Command.Kind.COMPLETE);

        assertThat(decided.decision()).isInstanceOf(Decision.Complete.class);
        assertThat(decided.effects()).contains(new Effect.RemoveControlPlane(OLD));
    }

    @Test
    void theOldControlPlaneStaysWhileItIsNotKnownWhetherPodsUseIt() {
        Scenario scenario = oneWave().untilStep(Step.Promoted.class);
        scenario.mesh.pass(61);

        Decided decided = scenario.look(Seen.meshStatus(_ -> MeshStatus.UNKNOWN));

        assertThat(decided.decision().reason()).isEqualTo(Reason.OLD_REVISION_IN_USE);
    }

    @Test
    void abortLeavesEverythingAsItIsAndStopsTheMover() {
        Scenario scenario = oneWave().untilStep(Step.WaveMoving.class);

        Decided decided = scenario.command(Command.Kind.ABORT);

        assertThat(scenario.phase()).isEqualTo(Phase.ABORTED);
        assertThat(decided.effects())
                .anySatisfy(effect -> assertThat(effect).isInstanceOfSatisfying(Effect.Place.class, place -> {
                    assertThat(place.paused()).isTrue();
                    assertThat(place.revision()).isEqualTo(NEW);
                }));
    }

    @Test
    void aPauseByAPersonKeepsWhatWasCountedAndMovesTheDeadline() {
        Scenario scenario = oneWave().untilStep(Step.WaveSoaking.class);
        Step.WaveSoaking before = (Step.WaveSoaking) scenario.state.step();
        scenario.command(Command.Kind.PAUSE);
        scenario.mesh.pass(500);
        assertThat(scenario.look().state().paused()).isTrue();

        scenario.command(Command.Kind.RESUME);

        Step.WaveSoaking after = (Step.WaveSoaking) scenario.state.step();
        assertThat(after.until()).isEqualTo(before.until().plusSeconds(500));
        assertThat(after.wave().countFrom()).isEmpty();
    }

    @Test
    void aPauseWhileStuckKeepsTheAbsenceThatDeadlinesMoveBy() {
        Scenario scenario = oneWave().untilStep(Step.WaveMoving.class);
        Step.WaveMoving before = (Step.WaveMoving) scenario.state.step();
        scenario.mesh.agentLost = Optional.of(scenario.mesh.now());
        scenario.untilPhase(Phase.STUCK);
        scenario.mesh.pass(600);
        scenario.command(Command.Kind.PAUSE);
        scenario.mesh.agentLost = Optional.empty();
        scenario.mesh.pass(100);

        scenario.command(Command.Kind.RESUME);

        assertThat(((Step.WaveMoving) scenario.state.step()).deadline())
                .isEqualTo(before.deadline().plusSeconds(700));
    }

    @Test
    void aCommandThatDoesNotFitIsTakenAndRefused() {
        Scenario scenario = oneWave().untilStep(Step.WaveSoaking.class);

        Decided decided = scenario.command(Command.Kind.APPROVE);

        assertThat(decided.commands())
                .singleElement()
                .satisfies(taken -> assertThat(taken.accepted()).isFalse());
        assertThat(decided.decision().message()).contains("does not fit phase SOAKING");
    }

    @Test
    void aRolloutThatEndedRefusesEveryCommand() {
        Scenario scenario = oneWave().untilPhase(Phase.COMPLETED);

        for (Command.Kind kind : Command.Kind.values()) {
            assertThat(scenario.command(kind).commands()).allMatch(taken -> !taken.accepted());
        }
    }
}
