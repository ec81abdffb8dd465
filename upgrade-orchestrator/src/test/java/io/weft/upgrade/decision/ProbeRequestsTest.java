package io.weft.upgrade.decision;

import static org.assertj.core.api.Assertions.assertThat;

import io.weft.upgrade.decision.Observations.Probe;
import io.weft.upgrade.decision.Observations.ProbeRun;
import io.weft.upgrade.decision.Observations.ProbeVerdict;
import io.weft.upgrade.decision.Observations.Proof;
import io.weft.upgrade.decision.Observations.ProofState;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import java.util.UUID;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;

/** Probes are asked to run again for what is not proven yet, and not while they may still be running. */
class ProbeRequestsTest {
    private static final UUID FIRST = new UUID(0, 1);
    private static final UUID SECOND = new UUID(0, 2);

    private static Proof proof(UUID id, List<ProbeRun> runs) {
        return new Proof(
                id,
                "allow-" + id.getLeastSignificantBits(),
                "istio/1.26/sidecar",
                1,
                ProofState.ENFORCED,
                "",
                new TreeSet<>(List.of("shop")),
                Optional.of(new Probe(id, runs)));
    }

    private static UnaryOperator<Observations> proven(List<ProbeRun> first, List<ProbeRun> second) {
        return Seen.proofs(List.of(proof(FIRST, first), proof(SECOND, second)));
    }

    /** A wave that begins with two policies in force, and has just moved. */
    private static Scenario soaking() {
        Scenario scenario = new Scenario(Plans.plan(Plans.wave(0, "shop"))).untilStep(Step.BeforeWave.class);
        while (!(scenario.state.step() instanceof Step.WaveSoaking)) {
            scenario.look(proven(List.of(), List.of()));
            scenario.mesh.pass(5);
        }
        return scenario;
    }

    private static List<Effect> after(Scenario scenario, int seconds, UnaryOperator<Observations> seen) {
        scenario.mesh.pass(seconds);
        return scenario.look(seen).effects();
    }

    @Test
    void aRequestIsGivenTimeToRun() {
        Scenario scenario = soaking();

        assertThat(after(scenario, 60, proven(List.of(), List.of()))).isEmpty();
        assertThat(after(scenario, 30, proven(List.of(), List.of())))
                .containsExactly(new Effect.RequestProbeRuns(new TreeSet<>(List.of(FIRST, SECOND))));
    }

    @Test
    void whatHasPassedSinceTheMoveIsNotAskedAgain() {
        Scenario scenario = soaking();
        Instant sinceMove = scenario.mesh.now();
        ProbeRun passed = new ProbeRun(ProbeVerdict.PASSED, "seen", sinceMove);

        assertThat(after(scenario, 90, proven(List.of(passed), List.of())))
                .containsExactly(new Effect.RequestProbeRuns(new TreeSet<>(List.of(SECOND))));
    }
}
