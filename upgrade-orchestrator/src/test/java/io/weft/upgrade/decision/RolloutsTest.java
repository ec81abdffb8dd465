package io.weft.upgrade.decision;

import static org.assertj.core.api.Assertions.assertThat;

import io.weft.upgrade.decision.Observations.ControlPlaneState;
import io.weft.upgrade.decision.Observations.MeshStatus;
import io.weft.upgrade.decision.Observations.Movement;
import io.weft.upgrade.decision.Observations.MovementState;
import io.weft.upgrade.decision.Observations.Proxy;
import io.weft.upgrade.decision.Plan.OnFailure;
import io.weft.upgrade.decision.Plan.OnNoData;
import io.weft.upgrade.decision.Plan.PlannedWave;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

class RolloutsTest {
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

    // Precheck

    @Test
    void aRolloutToAReleaseThatIsNotImportedIsAborted() {
        Decided decided = oneWave().look(Seen.withoutRelease());

        assertThat(decided.decision()).isInstanceOf(Decision.Abort.class);
        assertThat(decided.decision().reason()).isEqualTo(Reason.RELEASE_NOT_IMPORTED);
        assertThat(decided.effects()).singleElement().isInstanceOf(Effect.SetVersionReached.class);
    }

    @Test
    void aWaveWithANamespaceOfNobodyIsAborted() {
        Scenario scenario = oneWave();
        scenario.mesh.namespaces.clear();

        assertThat(scenario.look().decision().message()).contains("namespace shop is not placed");
    }

    @Test
    void missingRightsPauseBeforeAnythingIsTouched() {
        Scenario scenario = oneWave();

        Decided decided = scenario.look(Seen.missingPermission("get inferencepools"));

        assertThat(scenario.phase()).isEqualTo(Phase.PAUSED);
        assertThat(decided.effects()).isEmpty();
        assertThat(decided.decision().message()).contains("get inferencepools");
    }

    @Test
    void aReleaseWhoseRightsTheAgentWasNeverGivenIsNotInstalled() {
        Scenario scenario = oneWave();
        scenario.mesh.ungranted = Optional.of(
                new Observations.Ungranted("istio-1.27.0", List.of("get of inferencepools", "b", "c", "d")));

        Decided decided = scenario.look();

        assertThat(scenario.phase()).isEqualTo(Phase.PAUSED);
        assertThat(decided.effects()).isEmpty();
        assertThat(decided.decision().reason()).isEqualTo(Reason.PERMISSION_MISSING);
        assertThat(decided.decision().message())
                .contains("release istio-1.27.0 needs rights")
                .contains("get of inferencepools; b; c; ...")
                .contains("Add istio-1.27.0 to spec.lifecycleReleases");

        scenario.mesh.ungranted = Optional.empty();
        scenario.command(Command.Kind.RESUME);
        assertThat(scenario.look().decision()).isInstanceOf(Decision.StartWave.class);
    }

    @Test
    void theNewControlPlaneIsInstalledBesideTheOldOne() {
        Decided decided = oneWave().look();

        assertThat(decided.decision()).isInstanceOf(Decision.StartWave.class);
        assertThat(decided.effects()).containsExactly(new Effect.InstallControlPlane(MeshRevision.of("1.27.0")));
    }

    // Control plane

    @Test
    void aControlPlaneThatStaysFailedIsTakenAwayAndNoNamespaceMoves() {
        Scenario scenario = oneWave().untilStep(Step.ControlPlaneCanary.class);

        Decided first = scenario.look(Seen.controlPlane(NEW, ControlPlaneState.FAILED, "Forbidden"));
        assertThat(first.decision()).isInstanceOf(Decision.Wait.class);
        scenario.mesh.pass(60);
        Decided decided = scenario.look(Seen.controlPlane(NEW, ControlPlaneState.FAILED, "Forbidden"));
        Decided end = scenario.look();

        assertThat(decided.decision()).isInstanceOf(Decision.RollBack.class);
        assertThat(decided.decision().message()).contains("Forbidden");
        assertThat(scenario.phase()).isEqualTo(Phase.ROLLED_BACK);
        assertThat(end.effects()).contains(new Effect.RemoveControlPlane(NEW));
    }

    @Test
    void aControlPlaneThatFailedACheckAtFirstMayStillBecomeReady() {
        Scenario scenario = oneWave().untilStep(Step.ControlPlaneCanary.class);
        scenario.look(Seen.controlPlane(NEW, ControlPlaneState.FAILED, "CheckFailed"));
        scenario.mesh.pass(30);

        scenario.look(Seen.controlPlane(NEW, ControlPlaneState.READY, ""));

        assertThat(scenario.state.step()).isInstanceOf(Step.ControlPlaneSoak.class);
    }

    @Test
    void lateTelemetryOfASilentAgentIsNoVerdictOnTheMesh() {
        Scenario scenario = oneWave().untilStep(Step.WaveMoving.class);
        Instant longAgo = scenario.mesh.now().minusSeconds(40);

        Decided decided = scenario.look(seen ->
                Seen.silentAgent(longAgo).apply(Seen.telemetryThrough(longAgo).apply(seen)));

        assertThat(decided.decision()).isInstanceOf(Decision.Wait.class);
        assertThat(decided.decision().reason()).isEqualTo(Reason.AGENT_UNREACHABLE);
    }

    @Test
    void aControlPlaneThatIsNeverReadyIsTakenAwayAtItsDeadline() {
        Scenario scenario = oneWave();
        scenario.mesh.controlPlaneBroken = true;

        scenario.untilPhase(Phase.ROLLED_BACK);

        assertThat(scenario.mesh.controlPlanes).containsOnlyKeys(OLD);
        assertThat(Duration.between(Scenario.START, scenario.mesh.now())).isGreaterThan(Duration.ofMinutes(10));
    }

    @Test
    void aRejectionWhileTheControlPlaneSoaksRollsBack() {
        Scenario scenario = oneWave().untilStep(Step.ControlPlaneSoak.class);

        Decided decided = scenario.look(Seen.meshStatus(
                status -> new MeshStatus(status.time(), false, Map.of(NEW, Seen.serving(0, 2)), status.proxies())));

        assertThat(decided.decision().reason()).isEqualTo(Reason.CONFIGURATION_REJECTED);
        assertThat(scenario.phase()).isEqualTo(Phase.ROLLING_BACK);
    }

    // Waves

    @Test
    void aWaveThatNeedsApprovalWaitsForIt() {
        PlannedWave wave = new PlannedWave(0, "w", new TreeSet<>(List.of("shop")), 4, Duration.ofSeconds(60), true);
        Scenario scenario = new Scenario(Plans.plan(wave)).untilPhase(Phase.WAITING_APPROVAL);
        assertThat(scenario.look().decision().reason()).isEqualTo(Reason.APPROVAL_REQUIRED);

        scenario.command(Command.Kind.APPROVE);

        assertThat(scenario.look().decision()).isInstanceOf(Decision.StartWave.class);
    }

    @Test
    void aWaveWithoutTrafficToCompareWithDoesNotStart() {
        Scenario scenario = oneWave().untilStep(Step.BeforeWave.class);
        assertThat(scenario.look(Seen.withoutTraffic()).decision().reason()).isEqualTo(Reason.WAITING_FOR_TRAFFIC);
        scenario.mesh.pass(61);

        Decided decided = scenario.look(Seen.withoutTraffic());

        assertThat(decided.decision()).isInstanceOf(Decision.Pause.class);
        assertThat(decided.decision().reason()).isEqualTo(Reason.NO_DATA);
        assertThat(decided.effects()).isEmpty();
    }

    @Test
    void aWaveMovesWithItsParallelismAndADeadline() {
        Scenario scenario = oneWave().untilStep(Step.BeforeWave.class);

        Decided decided = scenario.look();

        assertThat(decided.effects())
                .containsExactly(new Effect.Place(
                        new TreeSet<>(List.of("shop")),
                        NEW,
                        4,
                        false,
                        Optional.of(scenario.mesh.now().plus(Duration.ofMinutes(30)))));
    }

    @Test
    void aFailedMoveGoesBack() {
        Scenario scenario = oneWave().untilStep(Step.WaveMoving.class);

        Decided decided = scenario.look(Seen.movement("shop", movement(scenario, MovementState.FAILED, "ImagePull")));

        assertThat(decided.decision().reason()).isEqualTo(Reason.MOVE_FAILED);
        assertThat(decided.effects()).singleElement().isInstanceOfSatisfying(Effect.Place.class, place -> {
            assertThat(place.revision()).isEqualTo(OLD);
            assertThat(place.paused()).isFalse();
        });
    }

    @Test
    void aMoveThatIsHeldByADisruptionBudgetWaits() {
        Scenario scenario = oneWave().untilStep(Step.WaveMoving.class);

        Decided decided =
                scenario.look(Seen.movement("shop", movement(scenario, MovementState.HELD, "DisruptionsNotAllowed")));

        assertThat(decided.decision().reason()).isEqualTo(Reason.MOVE_HELD);
        assertThat(decided.decision().message()).contains("DisruptionsNotAllowed");
    }

    @Test
    void theMoversOwnDeadlineCountsOnlyOnceOursIsOver() {
        Scenario scenario = oneWave().untilStep(Step.WaveMoving.class);
        Movement exceeded = movement(scenario, MovementState.FAILED, "DeadlineExceeded");

        assertThat(scenario.decide(Seen.movement("shop", exceeded)).decision()).isInstanceOf(Decision.Wait.class);

        scenario.mesh.pass(1_801);
        Movement later = movement(scenario, MovementState.FAILED, "DeadlineExceeded");
        assertThat(scenario.decide(Seen.movement("shop", later)).decision().reason())
                .isEqualTo(Reason.MOVE_FAILED);
    }

    @Test
    void aMoveThatTakesTooLongGoesBack() {
        Scenario scenario = oneWave().untilStep(Step.WaveMoving.class);
        scenario.mesh.namespace("shop").paused = true;

        scenario.untilPhase(Phase.ROLLING_BACK);

        assertThat(((Step.RollingBack) scenario.state.step()).cause().reason()).isEqualTo(Reason.MOVE_DEADLINE);
    }

    @Test
    void lateTelemetryStopsAWaveThatMoves() {
        Scenario scenario = oneWave().untilStep(Step.WaveMoving.class);

        Decided decided = scenario.look(Seen.telemetry(telemetry -> new Telemetry(
                Optional.of(scenario.mesh.now().minusSeconds(31)), telemetry.before(), Map.of(), Map.of(), List.of())));

        assertThat(scenario.phase()).isEqualTo(Phase.STUCK);
        assertThat(decided.decision().reason()).isEqualTo(Reason.LATE_DATA);
        assertThat(decided.effects())
                .singleElement()
                .isInstanceOfSatisfying(
                        Effect.Place.class, place -> assertThat(place.paused()).isTrue());
    }

    @Test
    void lateTelemetryThatCatchesUpLetsTheRolloutGoOn() {
        Scenario scenario = lateWhileMoving();
        Instant deadline = ((Step.WaveMoving) scenario.state.step()).deadline();
        scenario.mesh.pass(100);
        scenario.look();
        assertThat(scenario.phase()).isEqualTo(Phase.STUCK);

        scenario.mesh.telemetryEnds = Optional.empty();
        Decided decided = scenario.look();

        assertThat(decided.decision().reason()).isEqualTo(Reason.DATA_RETURNED);
        assertThat(decided.effects())
                .singleElement()
                .isInstanceOfSatisfying(
                        Effect.Place.class, place -> assertThat(place.paused()).isFalse());
        assertThat(((Step.WaveMoving) scenario.state.step()).deadline()).isEqualTo(deadline.plusSeconds(100));
        scenario.untilPhase(Phase.COMPLETED);
    }

    @Test
    void telemetryThatStaysAwayPausesForGood() {
        Scenario scenario = lateWhileMoving();
        scenario.mesh.pass(120);
        scenario.look();
        assertThat(scenario.phase()).isEqualTo(Phase.PAUSED);

        scenario.mesh.telemetryEnds = Optional.empty();
        scenario.mesh.pass(60);
        scenario.look();

        assertThat(scenario.phase()).isEqualTo(Phase.PAUSED);
    }

    @Test
    void whatLateTelemetryBringsIsJudged() {
        Scenario scenario =
                new Scenario(Plans.plan(Plans.wave(0, "shop")), new FakeMesh.Quality(0.5, 0, false, false, false));
        scenario.untilStep(Step.WaveMoving.class);
        scenario.mesh.telemetryEnds = Optional.of(scenario.mesh.now());
        scenario.untilPhase(Phase.STUCK);

        scenario.mesh.telemetryEnds = Optional.empty();

        scenario.untilPhase(Phase.ROLLED_BACK);
    }

    private static Scenario lateWhileMoving() {
        Scenario scenario = oneWave().untilStep(Step.WaveMoving.class);
        scenario.mesh.namespace("shop").paused = true;
        scenario.mesh.telemetryEnds = Optional.of(scenario.mesh.now());
        return scenario.untilPhase(Phase.STUCK);
    }

    @Test
    void aClusterThatNeverSentTelemetryHasNoData() {
        Scenario scenario = oneWave().untilStep(Step.WaveSoaking.class);

        assertThat(scenario.look(Seen.withoutTelemetry()).decision().reason()).isEqualTo(Reason.NO_DATA);
    }

    @Test
    void proxiesThatStayWithoutConfigurationFailTheWave() {
        Scenario scenario = oneWave().untilStep(Step.WaveSoaking.class);
        scenario.mesh.pass(60);
        Decided early = scenario.look(Seen.meshStatus(RolloutsTest::unsynced));
        assertThat(early.decision().reason()).isEqualTo(Reason.WAITING_FOR_EVIDENCE);
        scenario.mesh.pass(60);

        Decided late = scenario.look(Seen.meshStatus(RolloutsTest::unsynced));

        assertThat(late.decision()).isInstanceOf(Decision.RollBack.class);
        assertThat(late.decision().reason()).isEqualTo(Reason.PROXY_NOT_SYNCED);
    }

    private static MeshStatus unsynced(MeshStatus status) {
        return new MeshStatus(
                status.time(), false, status.controlPlanes(), List.of(new Proxy("shop", "web-0", NEW, false)));
    }

    @Test
    void aPolicyThatNobodyProvedAgainKeepsTheWaveFromPassing() {
        Scenario scenario = oneWave().untilStep(Step.WaveSoaking.class);
        List<Observations.Proof> unprovenAgain = scenario.mesh.seen(scenario.state).proofs().stream()
                .map(proof -> new Observations.Proof(
                        proof.policy(),
                        proof.policyName(),
                        proof.capabilityClass(),
                        proof.generation(),
                        proof.state(),
                        "",
                        proof.namespaces(),
                        proof.probe().map(probe -> new Observations.Probe(probe.id(), List.of()))))
                .toList();
        scenario.mesh.pass(121);

        Decided decided = scenario.look(Seen.proofs(unprovenAgain));

        assertThat(decided.decision()).isInstanceOf(Decision.Pause.class);
        assertThat(decided.decision().message()).contains("policy allow-web has not passed since");
    }

    @Test
    void probesAreAskedForWhenAWaveHasMoved() {
        Scenario scenario = oneWave().untilStep(Step.WaveMoving.class);
        Decided last = scenario.look();
        while (!(scenario.state.step() instanceof Step.WaveSoaking)) {
            scenario.mesh.pass(5);
            last = scenario.look();
        }

        assertThat(last.effects())
                .containsExactly(new Effect.RequestProbeRuns(new TreeSet<>(List.of(scenario.mesh.probe))));
    }

    @Test
    void aRolloutThatEndedLeavesNoDeadlineBehindThatWouldStopTheMoverLater() {
        Scenario completed = oneWave().untilPhase(Phase.COMPLETED);
        Scenario aborted = oneWave().untilStep(Step.WaveMoving.class);
        aborted.command(Command.Kind.ABORT);
        Scenario rolledBack = twoWaves(OnFailure.ROLL_BACK_WAVE)
                .until(state -> state.step() instanceof Step.WaveMoving moving
                        && moving.wave().position() == 1);
        rolledBack.look(Seen.movement("pay", movement(rolledBack, MovementState.FAILED, "ImagePull")));
        rolledBack.untilPhase(Phase.ROLLED_BACK);

        for (Scenario ended : List.of(completed, aborted, rolledBack)) {
            assertThat(ended.mesh.namespaces.values())
                    .as(ended.phase().name())
                    .allSatisfy(namespace -> assertThat(namespace.deadline).isEmpty());
        }
    }

    @Test
    void aSecondTryDoesNotCountWhatHappenedToNamespacesThatStayedOnTheNewRevisionMeanwhile() {
        Scenario first = twoWaves(OnFailure.ROLL_BACK_WAVE)
                .until(state -> state.step() instanceof Step.WaveMoving moving
                        && moving.wave().position() == 1);
        first.look(Seen.movement("pay", movement(first, MovementState.FAILED, "ImagePull")));
        first.untilPhase(Phase.ROLLED_BACK);
        assertThat(first.mesh.namespace("shop").wanted).isEqualTo(NEW);
        first.mesh.traffic.usualFailures = 0.3;
        first.mesh.pass(120);
        first.mesh.traffic.usualFailures = 0;
        first.mesh.pass(300);

        Scenario second = new Scenario(first.plan, first.mesh);

        second.until(state -> state.phase(second.plan).ended() || state.step() instanceof Step.RollingBack);
        assertThat(second.phase()).isEqualTo(Phase.COMPLETED);
    }

    @Test
    void timesOfARestartShortlyBeforeTheWaveAreTheAgentsClock() {
        Scenario scenario = oneWave().untilStep(Step.WaveMoving.class);
        Step.WaveMoving moving = (Step.WaveMoving) scenario.state.step();
        Instant behind = moving.wave().start().minusSeconds(20);
        Movement report = new Movement(
                NEW, MovementState.RESTARTING, "", "", Optional.of(behind), Optional.of(behind), scenario.mesh.now());

        Observations seen = Seen.movement("shop", report).apply(scenario.mesh.seen(scenario.state));

        assertThat(WaveMovement.of(scenario.plan, moving.wave(), seen).firstRestart())
                .contains(behind);
    }

    @Test
    void aBadVersionGoesBackThoughTelemetryIsLateAllTheTime() {
        Scenario scenario =
                new Scenario(Plans.plan(Plans.wave(0, "shop")), new FakeMesh.Quality(0.5, 0, false, false, false));
        scenario.untilStep(Step.WaveMoving.class);
        scenario.mesh.pass(5);
        scenario.mesh.telemetryLag = Duration.ofSeconds(40);

        scenario.until(state -> state.paused() || state.step() instanceof Step.RollingBack);

        assertThat(scenario.phase()).isEqualTo(Phase.ROLLING_BACK);
        assertThat(((Step.RollingBack) scenario.state.step()).cause().reason()).isEqualTo(Reason.SUCCESS_RATE_FELL);
    }

    @Test
    void everyWindowThatComesLateIsJudgedOnce() {
        Scenario scenario = oneWave().untilStep(Step.WaveMoving.class);
        scenario.mesh.pass(5);
        scenario.mesh.telemetryLag = Duration.ofSeconds(40);
        scenario.untilPhase(Phase.STUCK);
        scenario.mesh.pass(60);
        scenario.look();

        assertThat(scenario.mesh.seen(scenario.state).telemetry().unjudged()).isEmpty();
        assertThat(scenario.phase()).isEqualTo(Phase.STUCK);
    }
}
