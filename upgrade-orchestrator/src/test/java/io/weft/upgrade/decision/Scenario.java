package io.weft.upgrade.decision;

import io.weft.upgrade.decision.FakeMesh.Quality;
import java.time.Instant;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;
import java.util.random.RandomGeneratorFactory;

/** One rollout in a calm cluster, brought to the step that a test is about. */
final class Scenario {
    static final Instant START = Instant.parse("2026-01-15T12:00:00Z");
    private static final int MAX_LOOKS = 600;

    final Plan plan;
    final FakeMesh mesh;
    State state = State.planned();

    Scenario(Plan plan) {
        this(plan, Quality.GOOD);
    }

    Scenario(Plan plan, Quality quality) {
        this.plan = plan;
        this.mesh =
                new FakeMesh(plan, RandomGeneratorFactory.of("L64X128MixRandom").create(1), quality, false, START);
        mesh.traffic.usualFailures = 0;
        mesh.pass(120);
    }

    /** Another rollout in a mesh that had one before. */
    Scenario(Plan plan, FakeMesh mesh) {
        this.plan = plan;
        this.mesh = mesh;
    }

    /** Looks, lets five seconds pass, until the state is the wanted one. */
    Scenario until(Predicate<State> wanted) {
        for (int look = 0; look < MAX_LOOKS; look++) {
            if (wanted.test(state)) {
                return this;
            }
            look();
            if (!wanted.test(state)) {
                mesh.pass(5);
            }
        }
        throw new AssertionError("never reached, stands at " + state);
    }

    Scenario untilPhase(Phase phase) {
        return until(reached -> reached.phase(plan) == phase);
    }

    Scenario untilStep(Class<? extends Step> step) {
        return until(reached -> step.isInstance(reached.step()));
    }

    /** One look that is carried out. */
    Decided look() {
        return look(seen -> seen);
    }

    /** One look at something else than what is there. */
    Decided look(UnaryOperator<Observations> change) {
        Decided decided = decide(change);
        mesh.apply(decided.effects());
        decided.commands()
                .forEach(taken -> mesh.commands.removeIf(command -> command.id().equals(taken.id())));
        state = decided.state();
        return decided;
    }

    Decided decide(UnaryOperator<Observations> change) {
        return Rollouts.decide(plan, state, change.apply(mesh.seen(state)), mesh.now());
    }

    Decided command(Command.Kind kind) {
        mesh.command(kind);
        return look();
    }

    Phase phase() {
        return state.phase(plan);
    }
}
