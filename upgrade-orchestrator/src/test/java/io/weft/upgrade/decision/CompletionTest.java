package io.weft.upgrade.decision;

import static org.assertj.core.api.Assertions.assertThat;

import io.weft.upgrade.decision.Observations.MeshStatus;
import io.weft.upgrade.decision.Observations.Proxy;
import io.weft.upgrade.decision.Observations.Serving;
import io.weft.upgrade.decision.Plan.OnFailure;
import io.weft.upgrade.decision.Plan.OnNoData;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;

/** The old control plane is given up only for a new one that is alive, in force and judged to the end. */
class CompletionTest {
    private static final String OLD = "1-26-0";
    private static final String NEW = "1-27-0";

    private static Scenario promoted() {
        return new Scenario(Plans.plan(Plans.wave(0, "shop"))).untilStep(Step.Promoted.class);
    }

    private static Instant until(Scenario scenario) {
        return ((Step.Promoted) scenario.state.step()).until();
    }

    private static void passUntilAfterSoak(Scenario scenario) {
        scenario.mesh.pass(
                (int) Duration.between(scenario.mesh.now(), until(scenario)).toSeconds() + 1);
    }

    private static UnaryOperator<Observations> unsynced() {
        return Seen.meshStatus(status -> new MeshStatus(
                status.time(), false, status.controlPlanes(), List.of(new Proxy("shop", "web-0", NEW, false))));
    }

    // The new control plane lives

    @Test
    void aNewControlPlaneThatDiesInTheLastSoakTakesEveryWaveBack() {
        Scenario scenario = new Scenario(Plans.plan(
                        OnFailure.ROLL_BACK_WAVE, OnNoData.PAUSE, Plans.wave(0, "shop"), Plans.wave(1, "pay")))
                .untilStep(Step.Promoted.class);
        scenario.mesh.controlPlaneDown = true;

        scenario.untilPhase(Phase.ROLLED_BACK);

        assertThat(scenario.mesh.everythingOn(OLD)).isTrue();
        assertThat(scenario.mesh.defaultRevision()).isEqualTo(OLD);
        assertThat(scenario.mesh.controlPlanes).containsOnlyKeys(OLD);
    }

    @Test
    void aNewControlPlaneThatDiesWhileAWaveMovesGoesBack() {
        Scenario scenario = new Scenario(Plans.plan(Plans.wave(0, "shop"))).untilStep(Step.WaveMoving.class);
        scenario.mesh.namespace("shop").paused = true;
        scenario.mesh.controlPlaneDown = true;

        scenario.untilPhase(Phase.ROLLING_BACK);

        Failure cause = ((Step.RollingBack) scenario.state.step()).cause();
        assertThat(cause.reason()).isEqualTo(Reason.CONTROL_PLANE_NOT_READY);
        assertThat(cause.message()).contains("control plane 1-27-0 is not ready since");
    }

    @Test
    void noWaveStartsWhileTheNewControlPlaneIsNotReady() {
        Scenario scenario = new Scenario(Plans.plan(Plans.wave(0, "shop"))).untilStep(Step.BeforeWave.class);
        scenario.mesh.controlPlaneDown = true;

        Decided decided = scenario.look();
        scenario.untilPhase(Phase.ROLLED_BACK);

        assertThat(decided.decision()).isInstanceOf(Decision.Wait.class);
        assertThat(scenario.mesh.versionReached).contains(false);
    }

    @Test
    void aNewControlPlaneThatDiesInItsOwnSoakNeverGetsAWave() {
        Scenario scenario = new Scenario(Plans.plan(Plans.wave(0, "shop"))).untilStep(Step.ControlPlaneSoak.class);
        scenario.mesh.controlPlaneDown = true;

        scenario.until(state -> state.phase(scenario.plan).ended()
                || state.step() instanceof Step.BeforeWave
                || state.step() instanceof Step.WaveMoving);

        assertThat(scenario.phase()).isEqualTo(Phase.ROLLED_BACK);
    }

    @Test
    void aNewControlPlaneThatIsNotReadyForAMomentIsNoFailure() {
        Scenario scenario = promoted();
        scenario.mesh.controlPlaneDown = true;
        scenario.mesh.pass(50);
        scenario.look();
        scenario.mesh.controlPlaneDown = false;
        scenario.look();
        scenario.mesh.controlPlaneDown = true;
        scenario.mesh.pass(5);
        scenario.look();
        scenario.mesh.pass(40);
        assertThat(scenario.look().decision()).isInstanceOf(Decision.Wait.class);

        scenario.mesh.controlPlaneDown = false;

        scenario.untilPhase(Phase.COMPLETED);
    }

    // The promotion is in force

    @Test
    void whatTheClusterRefusesOfThePromotionKeepsTheOldControlPlane() {
        Scenario scenario = promoted();
        scenario.mesh.promotionRefused = true;
        passUntilAfterSoak(scenario);

        Decided first = scenario.look();
        scenario.untilPhase(Phase.PAUSED);

        assertThat(first.decision().reason()).isEqualTo(Reason.PROMOTION_NOT_APPLIED);
        assertThat(scenario.mesh.controlPlanes).containsKey(OLD);
    }

    @Test
    void aPromotionThatWasAppliedOnceIsNotAskedAboutAgain() {
        Scenario scenario = promoted();
        scenario.mesh.pass(5);
        scenario.look();
        scenario.mesh.promotionRefused = true; // somebody else's change is under way

        scenario.untilPhase(Phase.COMPLETED);
    }

    // Everything is judged

    @Test
    void theLastWindowsOfTheLastSoakAreJudgedBeforeTheOldControlPlaneGoes() {
        Scenario scenario = promoted();
        scenario.mesh.telemetryEnds = Optional.of(until(scenario).minusSeconds(15));
        passUntilAfterSoak(scenario);

        Decided decided = scenario.look();
        scenario.mesh.telemetryEnds = Optional.empty();
        scenario.untilPhase(Phase.COMPLETED);

        assertThat(decided.decision().reason()).isEqualTo(Reason.LATE_DATA);
    }

    @Test
    void proxiesThatStayWithoutConfigurationAfterThePromotionGoBack() {
        Scenario scenario = promoted();
        passUntilAfterSoak(scenario);
        Decided first = scenario.look(unsynced());
        scenario.mesh.pass(61);

        Decided last = scenario.look(unsynced());

        assertThat(first.decision()).isInstanceOf(Decision.Wait.class);
        assertThat(last.decision()).isInstanceOf(Decision.RollBack.class);
        assertThat(last.decision().reason()).isEqualTo(Reason.PROXY_NOT_SYNCED);
    }

    @Test
    void proxiesThatAreUnsyncedNowAndThenNeverGoBack() {
        Scenario scenario = promoted();
        passUntilAfterSoak(scenario);
        for (int look = 0; look < 10; look++) {
            scenario.look(unsynced());
            Decided decided = scenario.look(Seen.serving(OLD, Seen.serving(1, 0)));
            assertThat(decided.decision().reason()).isEqualTo(Reason.OLD_REVISION_IN_USE);
            scenario.mesh.pass(30);
        }

        scenario.untilPhase(Phase.COMPLETED);
    }

    // Command complete

    @Test
    void completeIsRefusedWhileTheNewControlPlaneIsNotReady() {
        Scenario scenario = promoted();
        scenario.mesh.pass(5);

        assertRefused(
                scenario, Seen.serving(NEW, new Serving(false, 4, 0, 0, "")), "control plane 1-27-0 is not ready");
    }

    @Test
    void completeIsRefusedWhileProxiesOfTheNewControlPlaneAreNotSynced() {
        Scenario scenario = promoted();
        scenario.mesh.pass(5);

        assertRefused(
                scenario,
                Seen.serving(NEW, new Serving(true, 4, 2, 0, "")),
                "2 proxies have not taken over the configuration of control plane 1-27-0");
    }

    @Test
    void completeIsRefusedWhileNothingIsKnownOfTheNewControlPlane() {
        Scenario scenario = promoted();
        scenario.mesh.pass(5);

        assertRefused(
                scenario,
                Seen.meshStatus(status ->
                        new MeshStatus(status.time(), false, Map.of(OLD, Seen.serving(0, 0)), status.proxies())),
                "control plane 1-27-0");
    }

    @Test
    void completeIsRefusedBeforeThePromotionIsApplied() {
        Scenario scenario = promoted();
        scenario.mesh.promotionRefused = true;
        scenario.mesh.pass(5);

        assertRefused(scenario, seen -> seen, "has not applied yet that 1-27-0 is the default");
    }

    @Test
    void completeIsRefusedWhileAGateDoesNotPass() {
        Scenario scenario = promoted();
        scenario.mesh.pass(5);

        assertRefused(scenario, unsynced(), "1 proxies without the configuration of control plane 1-27-0: shop/web-0");
    }

    @Test
    void completeIsRefusedWhileTelemetryIsLate() {
        Scenario scenario = promoted();
        scenario.mesh.pass(5);
        scenario.mesh.telemetryEnds = Optional.of(scenario.mesh.now());
        scenario.mesh.pass(45);

        assertRefused(scenario, seen -> seen, "telemetry is complete only through");
    }

    private static void assertRefused(Scenario scenario, UnaryOperator<Observations> change, String why) {
        scenario.mesh.command(Command.Kind.COMPLETE);

        Decided decided = scenario.look(change);

        assertThat(decided.commands()).singleElement().satisfies(taken -> {
            assertThat(taken.accepted()).isFalse();
            assertThat(taken.message())
                    .contains("command COMPLETE of key_1 refused: ")
                    .contains(why);
        });
        assertThat(scenario.state.step()).isInstanceOf(Step.Promoted.class);
    }
}
