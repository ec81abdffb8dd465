package io.weft.upgrade.decision;

import static org.assertj.core.api.Assertions.assertThat;

import io.weft.testkit.Seeds;
import io.weft.upgrade.decision.FakeMesh.Quality;
import io.weft.upgrade.decision.Plan.OnFailure;
import io.weft.upgrade.decision.Plan.OnNoData;
import io.weft.upgrade.decision.Plan.PlannedWave;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;

/** Thousands of seeded worlds, each a whole rollout from its first look to its end. */
class RolloutSimulationTest {
    private static final int WORLDS = Integer.getInteger("worlds", 500);
    private static final Instant START = Instant.parse("2026-01-15T12:00:00Z");
    private static final int MAX_LOOKS = 900;
    private static final int DISTURBED_LOOKS = 250;
    private static final int MAX_PAUSED_LOOKS = 100;

    /** What happened in one world, and its invariants while it happens. */
    private static final class World {
        final Plan plan;
        final FakeMesh mesh;
        State state = State.planned();
        final List<Decision> turns = new ArrayList<>();
        final Set<Integer> passed = new HashSet<>();
        final Set<Integer> started = new HashSet<>();
        /** The last pause was ordered, by one who did not resume. */
        boolean pausedByPerson;

        World(Plan plan, RandomGenerator random, Quality quality, boolean busyCpu) {
            this.plan = plan;
            this.mesh = new FakeMesh(plan, random, quality, busyCpu, START);
            plan.waves()
                    .forEach(wave ->
                            wave.namespaces().forEach(name -> mesh.traffic.load.put(name, random.nextInt(60, 900))));
            mesh.traffic.usualFailures = random.nextBoolean() ? 0 : random.nextDouble(0.004);
            mesh.pass(120);
        }

        /** Until it ends, or stays paused for good. */
        void run(Consumer<World> before) {
            run(before, MAX_LOOKS);
        }

        void run(Consumer<World> before, int looks) {
            int pausedLooks = 0;
            for (int look = 0; look < looks && !phase().ended() && pausedLooks < MAX_PAUSED_LOOKS; look++) {
                before.accept(this);
                look();
                mesh.pass(mesh.random().nextInt(1, 8));
                pausedLooks = state.paused() ? pausedLooks + 1 : 0;
            }
        }

        void look() {
            Observations seen = mesh.seen(state);
            Decided decided = Rollouts.decide(plan, state, seen, mesh.now());
            if (mesh.random().nextInt(20) == 0) {
                assertThat(Rollouts.decide(plan, state, seen, mesh.now())).isEqualTo(decided);
            }
            boolean wasPaused = state.paused();
            noteCommands(decided);
            check(decided, seen);
            mesh.apply(decided.effects());
            decided.commands()
                    .forEach(taken ->
                            mesh.commands.removeIf(command -> command.id().equals(taken.id())));
            state = decided.state();
            if (wasPaused && decided.commands().isEmpty()) {
                assertThat(state.paused()).as("paused stays paused").isTrue();
            }
            assertThat(wavesAtRisk()).as("waves at risk").hasSizeLessThanOrEqualTo(1);
        }

        private void noteCommands(Decided decided) {
            if (decided.decision() instanceof Decision.Pause) {
                pausedByPerson = decided.decision().reason() == Reason.COMMANDED;
            }
        }

        private void check(Decided decided, Observations seen) {
            if (!(decided.decision() instanceof Decision.Wait)) {
                turns.add(decided.decision());
            }
            if (decided.decision() instanceof Decision.StartWave start && start.wave() >= 0) {
                started.add(start.wave());
                for (int earlier = 0; earlier < start.wave(); earlier++) {
                    assertThat(passed).contains(earlier);
                }
            }
            if (state.step() instanceof Step.WaveSoaking soaking
                    && (decided.state().step() instanceof Step.BeforeWave
                            || decided.state().step() instanceof Step.Promoted)) {
                passed.add(soaking.wave().position());
                assertThat(decided.judgements()).allMatch(Judgement::passed);
                assertThat(seen.telemetry().completeThrough().orElseThrow())
                        .isAfterOrEqualTo(TrafficRanges.floor(soaking.until()));
                assertThat(Telemetry.total(seen.telemetry().since(), Traffic.Reporter.SOURCE)
                                .requests())
                        .isGreaterThanOrEqualTo(200);
            }
        }

        private Set<Integer> wavesAtRisk() {
            Set<Integer> atRisk = new HashSet<>();
            for (PlannedWave wave : plan.waves()) {
                boolean anyNew = wave.namespaces().stream()
                        .anyMatch(name ->
                                mesh.namespace(name).wanted.equals(plan.to().revision()));
                if (anyNew && !passed.contains(wave.position())) {
                    atRisk.add(wave.position());
                }
            }
            return atRisk;
        }

        Phase phase() {
            return state.phase(plan);
        }
    }

    private static Plan anyPlan(RandomGenerator random, OnFailure onFailure, OnNoData onNoData) {
        PlannedWave[] waves = new PlannedWave[random.nextInt(1, 4)];
        for (int position = 0; position < waves.length; position++) {
            TreeSet<String> names = new TreeSet<>();
            for (int i = 0; i <= random.nextInt(3); i++) {
                names.add("ns-" + position + "-" + i);
            }
            waves[position] = new PlannedWave(
                    position, "w" + position, names, 4, Duration.ofSeconds(random.nextInt(40, 200)), false);
        }
        return Plans.plan(onFailure, onNoData, waves);
    }

    @Test
    void aGoodVersionIsNeverRolledBackEvenBesideABusyCpu() {
        Seeds.first(WORLDS).forEach(random -> {
            World world = new World(
                    anyPlan(random, OnFailure.ROLL_BACK_WAVE, OnNoData.PAUSE),
                    random,
                    Quality.GOOD,
                    random.nextBoolean());

            world.run(_ -> {});

            assertThat(world.turns).noneMatch(Decision.RollBack.class::isInstance);
            assertThat(world.phase()).isEqualTo(Phase.COMPLETED);
            assertThat(world.mesh.everythingOn("1-27-0")).isTrue();
            assertThat(world.mesh.controlPlanes).containsOnlyKeys("1-27-0");
            assertThat(world.mesh.versionReached).contains(true);
        });
    }

    @Test
    void aBadVersionIsAlwaysStoppedInItsFirstWaveAndTakenBack() {
        Seeds.first(WORLDS).forEach(random -> {
            Quality bad = anyBad(random);
            World world = new World(anyPlan(random, OnFailure.ROLL_BACK_WAVE, OnNoData.ROLL_BACK), random, bad, false);

            world.run(_ -> {});

            assertThat(world.phase()).as(bad.toString()).isEqualTo(Phase.ROLLED_BACK);
            assertThat(world.passed).isEmpty();
            assertThat(world.started).isSubsetOf(0);
            assertThat(world.mesh.everythingOn("1-26-0")).isTrue();
            assertThat(world.mesh.controlPlanes).containsOnlyKeys("1-26-0");
            assertThat(world.mesh.versionReached).contains(false);
        });
    }

    private static Quality anyBad(RandomGenerator random) {
        return switch (random.nextInt(5)) {
            case 0 -> new Quality(random.nextDouble(0.05, 1), 0, false, false, false);
            case 1 -> new Quality(0, random.nextDouble(0.08, 1), false, false, false);
            case 2 -> new Quality(0, 0, true, false, false);
            case 3 -> new Quality(0, 0, false, true, false);
            default -> new Quality(0, 0, false, false, true);
        };
    }

    @Test
    void aFifthOfFailingRequestsIsSeenInTheFirstWindowsWhileTheWaveMoves() {
        Seeds.first(WORLDS / 4).forEach(random -> {
            Plan plan = Plans.plan(Plans.wave(0, "shop"), Plans.wave(1, "pay"));
            World world = new World(plan, random, new Quality(0.2, 0, false, false, false), false);
            world.mesh.traffic.load.put("shop", 900);
            Instant[] firstRestart = new Instant[1];
            Instant[] stopped = new Instant[1];

            world.run(seen -> {
                Optional<Instant> restart = seen.mesh.namespace("shop").firstRestart;
                if (firstRestart[0] == null && restart.isPresent()) {
                    firstRestart[0] = restart.get();
                }
                if (stopped[0] == null && seen.turns.stream().anyMatch(Decision.RollBack.class::isInstance)) {
                    stopped[0] = seen.mesh.now();
                }
            });

            assertThat(Duration.between(firstRestart[0], stopped[0])).isLessThan(Duration.ofSeconds(35));
            assertThat(world.phase()).isEqualTo(Phase.ROLLED_BACK);
        });
    }

    @Test
    void withoutFreshTelemetryNoWaveEverPasses() {
        Seeds.first(WORLDS).forEach(random -> {
            World world =
                    new World(anyPlan(random, OnFailure.ROLL_BACK_WAVE, OnNoData.PAUSE), random, Quality.GOOD, false);
            Instant end = START.plusSeconds(random.nextInt(120, 400));

            world.run(seen -> {
                if (seen.mesh.telemetryEnds.isEmpty() && !seen.mesh.now().isBefore(end)) {
                    seen.mesh.telemetryEnds = Optional.of(seen.mesh.now());
                }
            });

            boolean promotedBefore = world.turns.stream().anyMatch(Decision.Promote.class::isInstance);
            if (!promotedBefore) {
                assertThat(world.phase()).isEqualTo(Phase.PAUSED);
            }
        });
    }

    @Test
    void whateverHappensOneWaveIsAtRiskAndOnceItIsCalmTheRolloutEndsOrSaysWhyNot() {
        Seeds.first(WORLDS).forEach(random -> {
            OnFailure onFailure = any(random, OnFailure.values());
            Quality quality = random.nextBoolean() ? Quality.GOOD : anyBad(random);
            World world = new World(
                    anyPlan(random, onFailure, any(random, OnNoData.values())), random, quality, random.nextBoolean());
            world.run(seen -> disturb(seen, random), DISTURBED_LOOKS);
            calm(world);

            world.run(_ -> {}, MAX_LOOKS);

            checkEnd(world);
        });
    }

    private static void checkEnd(World world) {
        String old = world.plan.from().revision();
        String fresh = world.plan.to().revision();
        if (world.state.paused()) {
            Hold hold = world.state.hold().orElseThrow();
            assertThat(hold.message()).isNotBlank();
            assertThat(hold.reason() == Reason.COMMANDED)
                    .as("paused by a person")
                    .isEqualTo(world.pausedByPerson);
            return;
        }
        assertThat(world.phase().ended()).as(world.state.toString()).isTrue();
        switch (world.phase()) {
            case COMPLETED -> {
                assertThat(world.mesh.everythingOn(fresh)).isTrue();
                assertThat(world.mesh.controlPlanes).containsOnlyKeys(fresh);
                assertThat(world.mesh.defaultRevision()).isEqualTo(fresh);
            }
            case ROLLED_BACK -> {
                assertThat(world.mesh.defaultRevision()).isEqualTo(old);
                assertThat(world.mesh.controlPlanes.containsKey(fresh))
                        .as("the new control plane stays for those that stay on it")
                        .isEqualTo(world.mesh.namespaces.values().stream()
                                .anyMatch(namespace -> namespace.shareOn(fresh) > 0));
            }
            default -> assertThat(world.phase()).isEqualTo(Phase.ABORTED);
        }
        assertThat(world.mesh.namespaces.values())
                .allSatisfy(namespace -> assertThat(namespace.deadline).isEmpty());
    }

    private static <T> T any(RandomGenerator random, T[] choices) {
        return choices[random.nextInt(choices.length)];
    }

    private static void disturb(World world, RandomGenerator random) {
        if (random.nextInt(25) == 0) {
            world.mesh.command(any(random, Command.Kind.values()));
        }
        if (random.nextInt(40) == 0) {
            world.mesh.agentLost = world.mesh.agentLost.isPresent() ? Optional.empty() : Optional.of(world.mesh.now());
        }
        if (random.nextInt(60) == 0) {
            world.mesh.pass(random.nextInt(60, 600)); // the orchestrator was away
        }
        if (random.nextInt(80) == 0) {
            world.mesh.jump(Duration.ofSeconds(random.nextInt(60, 3_600)));
        }
        if (random.nextInt(60) == 0) {
            world.mesh.telemetryEnds =
                    world.mesh.telemetryEnds.isPresent() ? Optional.empty() : Optional.of(world.mesh.now());
        }
        if (random.nextInt(60) == 0) {
            world.mesh.telemetryLag = Duration.ofSeconds(random.nextInt(3) * 20L);
        }
        if (random.nextInt(80) == 0) {
            world.mesh.controlPlaneDown = !world.mesh.controlPlaneDown;
        }
        if (random.nextInt(100) == 0) {
            world.mesh.promotionRefused = !world.mesh.promotionRefused;
        }
    }

    private static void calm(World world) {
        world.mesh.agentLost = Optional.empty();
        world.mesh.telemetryEnds = Optional.empty();
        world.mesh.telemetryLag = Duration.ZERO;
        world.mesh.controlPlaneDown = false;
        world.mesh.promotionRefused = false;
    }
}
