package io.weft.agent.move;

import static org.assertj.core.api.Assertions.assertThat;

import io.weft.agent.move.Move.State;
import io.weft.agent.move.NamespaceSeen.Workload;
import io.weft.testkit.Seeds;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;

class MoveTest {
    private static final Instant NOON = Instant.parse("2026-01-01T12:00:00Z");
    private static final String NEW = "1-27-0";
    private static final String OLD = "1-26-0";

    @Test
    void nothingMovesBeforeItsRevisionIsInPlace() {
        Move move = Move.decide(spec(2, false, Instant.MAX), seen(OLD, workload("web", OLD, 0, 2, "")), false, 0, NOON);
        assertThat(move.relabel()).isFalse();
        assertThat(move.state()).isEqualTo(State.WAITING);
        assertThat(move.reason()).isEqualTo("RevisionNotReady");
    }

    @Test
    void theLabelComesBeforeTheFirstRestart() {
        Move move = Move.decide(spec(2, false, Instant.MAX), seen(OLD, workload("web", OLD, 0, 2, "")), true, 0, NOON);
        assertThat(move.relabel()).isTrue();
        assertThat(move.restarts()).isEmpty();
    }

    @Test
    void aBudgetThatAllowsNoDisruptionHoldsTheMoveAndIsNamed() {
        Move move = Move.decide(
                spec(2, false, Instant.MAX),
                seen(NEW, workload("web", OLD, 0, 2, "PodDisruptionBudget web")),
                true,
                0,
                NOON);
        assertThat(move.state()).isEqualTo(State.HELD);
        assertThat(move.reason()).isEqualTo("DisruptionsNotAllowed");
        assertThat(move.message()).contains("Deployment web").contains("PodDisruptionBudget web");
    }

    @Test
    void theWayBackFromPodsThatNeverBecameReadyAsksNoBudget() {
        Workload stuck = new Workload(
                "Deployment", "web", OLD, 2, 2, 1, 0, "PodDisruptionBudget web", "", "", NOON, NOON, Instant.EPOCH);
        Move move = Move.decide(spec(1, false, Instant.MAX), seen(NEW, stuck), true, 0, NOON);
        assertThat(move.restarts()).containsExactly(stuck);
    }

    @Test
    void whatIsUnderWayInOtherNamespacesCountsToo() {
        PlacementSpec spec = spec(2, false, Instant.MAX);
        NamespaceSeen seen = seen(NEW, workload("api", OLD, 0, 2, ""), workload("web", OLD, 0, 2, ""));
        assertThat(Move.decide(spec, seen, true, 1, NOON).restarts()).hasSize(1);
        Move waits = Move.decide(spec, seen, true, 2, NOON);
        assertThat(waits.restarts()).isEmpty();
        assertThat(waits.state()).as("its turn comes; no budget holds it").isEqualTo(State.RESTARTING);
        assertThat(Move.underway(spec, seen(NEW, workload("api", NEW, 0, 2, ""), workload("web", OLD, 0, 2, "")), NOON))
                .isEqualTo(1);
        assertThat(Move.underway(spec(2, false, NOON.minusSeconds(1)), seen(NEW, workload("api", NEW, 0, 2, "")), NOON))
                .as("what was given up holds up nobody")
                .isZero();
    }

    @Test
    void aWorkloadWhosePodsAreAllThereIsLeftAlone() {
        Move move = Move.decide(spec(2, false, Instant.MAX), seen(NEW, workload("web", "", 2, 0, "")), true, 0, NOON);
        assertThat(move.state()).isEqualTo(State.MOVED);
        assertThat(move.restarts()).isEmpty();
    }

    @Test
    void pastTheDeadlineItHasFailedAndSaysWhatIsMissing() {
        Move move = Move.decide(
                spec(2, false, NOON.minusSeconds(1)), seen(NEW, workload("web", NEW, 0, 2, "")), true, 0, NOON);
        assertThat(move.state()).isEqualTo(State.FAILED);
        assertThat(move.reason()).isEqualTo("DeadlineExceeded");
        assertThat(move.message()).contains("Deployment web: 0 of 2 ready");
        assertThat(move.restarts()).isEmpty();
    }

    @Test
    void pastTheDeadlineALabelThatWasChangedByHandIsRestoredAndNothingElse() {
        PlacementSpec spec = spec(2, false, NOON.minusSeconds(1));
        Workload web = workload("web", NEW, 2, 0, "");
        NamespaceSeen moved = new NamespaceSeen(Map.of(), NEW, List.of(web));
        Move restored = Move.decide(spec, moved, true, 0, NOON);
        assertThat(restored.relabel()).isTrue();
        assertThat(restored.restarts()).isEmpty();
        assertThat(restored.state()).isEqualTo(State.FAILED);
        NamespaceSeen never = new NamespaceSeen(Map.of("istio.io/rev", OLD), "", List.of(web));
        assertThat(Move.decide(spec, never, true, 0, NOON).relabel()).isFalse();
        assertThat(Move.decide(spec, seen(NEW, web), true, 0, NOON).state()).isEqualTo(State.MOVED);
    }

    @Test
    void theWayBackHasNoDeadlineAndMoves() {
        NamespaceSeen failed =
                new NamespaceSeen(Map.of("istio.io/rev", OLD), OLD, List.of(workload("web", OLD, 0, 2, "")));
        assertThat(Move.decide(spec(2, false, Instant.MAX), failed, true, 0, NOON)
                        .relabel())
                .isTrue();
    }

    @Test
    void aWorkloadWhoseNewPodsGotAnotherRevisionIsRestartedAgainButNotAtOnce() {
        Workload web = astray(NOON.minusSeconds(30));
        assertThat(Move.decide(spec(2, false, Instant.MAX), seen(NEW, web), true, 0, NOON)
                        .restarts())
                .isEmpty();
        Workload later = astray(NOON.minusSeconds(61));
        assertThat(Move.decide(spec(2, false, Instant.MAX), seen(NEW, later), true, 0, NOON)
                        .restarts())
                .containsExactly(later);
    }

    private static Workload astray(Instant made) {
        return new Workload("Deployment", "web", NEW, 2, 0, 2, 2, "", "", "", NOON, NOON, made);
    }

    @Test
    void aPauseStopsNewRestarts() {
        Move move = Move.decide(spec(2, true, Instant.MAX), seen(NEW, workload("web", OLD, 0, 2, "")), true, 0, NOON);
        assertThat(move.state()).isEqualTo(State.HELD);
        assertThat(move.restarts()).isEmpty();
    }

    @Test
    void neverMoreWorkloadsRestartAtOnceThanAllowedAndEveryMoveEnds() {
        Seeds.first(2_000).forEach(random -> {
            int most = random.nextInt(1, 5);
            List<Workload> workloads = new ArrayList<>();
            for (int i = 0; i < random.nextInt(1, 12); i++) {
                workloads.add(workload("w" + i, OLD, 0, random.nextInt(1, 4), ""));
            }
            String label = OLD;
            for (int step = 0; step < 200; step++) {
                Move move = Move.decide(
                        spec(most, false, Instant.MAX),
                        new NamespaceSeen(Map.of("istio.io/rev", label), NEW, workloads),
                        true,
                        0,
                        NOON);
                label = move.relabel() ? NEW : label;
                workloads.replaceAll(workload -> move.restarts().contains(workload)
                        ? workload(workload.name(), NEW, 0, workload.desired(), "")
                        : progressed(workload, random));
                assertThat(workloads.stream().filter(MoveTest::underway).count())
                        .isLessThanOrEqualTo(most);
                if (move.state() == State.MOVED) {
                    return;
                }
            }
            throw new AssertionError("the move did not end: " + workloads);
        });
    }

    private static boolean underway(Workload workload) {
        return workload.placed().equals(NEW) && !workload.done();
    }

    private static Workload progressed(Workload workload, RandomGenerator random) {
        return underway(workload) && random.nextBoolean()
                ? workload(workload.name(), NEW, workload.ready() + 1, workload.remaining() - 1, "")
                : workload;
    }

    private static Workload workload(String name, String placed, int ready, int remaining, String blockedBy) {
        return new Workload(
                "Deployment",
                name,
                placed,
                ready + remaining,
                ready,
                remaining,
                remaining,
                blockedBy,
                "",
                "",
                NOON,
                NOON,
                Instant.EPOCH);
    }

    private static NamespaceSeen seen(String label, Workload... workloads) {
        return new NamespaceSeen(Map.of("istio.io/rev", label), "", List.of(workloads));
    }

    private static PlacementSpec spec(int most, boolean paused, Instant deadline) {
        return new PlacementSpec(
                "shop",
                "sha256:p",
                "istio.io/rev",
                NEW,
                List.of("istio-injection"),
                "istio.io/rev",
                "controlPlane[1-27-0]",
                most,
                paused,
                deadline);
    }
}
