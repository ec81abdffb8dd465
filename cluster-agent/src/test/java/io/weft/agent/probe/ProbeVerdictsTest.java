package io.weft.agent.probe;

import static org.assertj.core.api.Assertions.assertThat;

import io.weft.agent.probe.ProbeSpec.Kind;
import io.weft.agent.probe.ProbeVerdicts.Result;
import io.weft.agent.probe.ProbeVerdicts.Run;
import io.weft.agent.probe.ProbeVerdicts.Verdict;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ProbeVerdictsTest {
    @Test
    void aRefusalBesideAServedControlPassesOnceTheOppositeWasSeen() {
        Run run = run(Kind.PLAINTEXT_REFUSED, "reset", "200");
        assertThat(ProbeVerdicts.after(run, true)).isEqualTo(new Verdict(Result.PASSED, ""));
        assertThat(ProbeVerdicts.after(run, false)).isEqualTo(new Verdict(Result.INCONCLUSIVE, "OppositeNotSeen"));
    }

    @Test
    void aRefusalWithoutItsControlProvesNothing() {
        for (String control : new String[] {"503", "403", "reset", "timeout"}) {
            assertThat(ProbeVerdicts.after(run(Kind.PLAINTEXT_REFUSED, "reset", control), true))
                    .isEqualTo(new Verdict(Result.INCONCLUSIVE, "ControlFailed"));
        }
    }

    @Test
    void anyHttpAnswerToAnUnmeshedCallerIsAFailure() {
        assertThat(ProbeVerdicts.after(run(Kind.PLAINTEXT_REFUSED, "404", "200"), true))
                .isEqualTo(new Verdict(Result.FAILED, "NotEnforced"));
    }

    @Test
    void aFailedControlDoesNotHideThatThePolicyIsNotEnforced() {
        for (String control : new String[] {"503", "403", "reset", "timeout"}) {
            assertThat(ProbeVerdicts.after(run(Kind.PLAINTEXT_REFUSED, "200", control), true))
                    .isEqualTo(new Verdict(Result.FAILED, "NotEnforced"));
        }
        Run silent =
                new Run(Kind.PLAINTEXT_REFUSED, "", Answers.of(Map.of("200", 1)), Answers.none("ImagePullBackOff"));
        assertThat(ProbeVerdicts.after(silent, true)).isEqualTo(new Verdict(Result.FAILED, "NotEnforced"));
    }

    @Test
    void aServiceThatIsNotThereIsNoRefusal() {
        for (String answer : new String[] {"connectFailed", "dns", "timeout"}) {
            assertThat(ProbeVerdicts.after(run(Kind.PLAINTEXT_REFUSED, answer, "200"), true))
                    .isEqualTo(new Verdict(Result.INCONCLUSIVE, "UnclearAnswer"));
        }
    }

    @Test
    void onlyA403RefusesACaller() {
        assertThat(ProbeVerdicts.after(run(Kind.CALLER_REFUSED, "403", "200"), true)
                        .passed())
                .isTrue();
        assertThat(ProbeVerdicts.after(run(Kind.CALLER_REFUSED, "200", "200"), true)
                        .result())
                .isEqualTo(Result.FAILED);
        assertThat(ProbeVerdicts.after(run(Kind.CALLER_REFUSED, "503", "200"), true)
                        .result())
                .isEqualTo(Result.INCONCLUSIVE);
    }

    @Test
    void aHeaderRouteLandsOnlyWhenEveryAnswerIsTheDestinations() {
        Answers control = Answers.of(Map.of("200 v1", 20));
        Run all = new Run(Kind.HEADER_ROUTE_LANDS, "v2", Answers.of(Map.of("200 v2", 20)), control);
        Run most = new Run(Kind.HEADER_ROUTE_LANDS, "v2", Answers.of(Map.of("200 v2", 19, "200 v1", 1)), control);
        assertThat(ProbeVerdicts.after(all, true).passed()).isTrue();
        assertThat(ProbeVerdicts.after(most, true)).isEqualTo(new Verdict(Result.FAILED, "NotEnforced"));
    }

    @Test
    void aHeaderRouteProvesNothingWhereEveryRequestGetsThatAnswerAnyway() {
        Answers landed = Answers.of(Map.of("200 v2", 20));
        assertThat(ProbeVerdicts.after(new Run(Kind.HEADER_ROUTE_LANDS, "v2", landed, landed), true))
                .isEqualTo(new Verdict(Result.INCONCLUSIVE, "ControlNotDifferent"));
        Answers mixed = Answers.of(Map.of("200 v2", 19, "200 v1", 1));
        assertThat(ProbeVerdicts.after(new Run(Kind.HEADER_ROUTE_LANDS, "v2", landed, mixed), true)
                        .passed())
                .isTrue();
    }

    @Test
    void beforeThePolicyTheExpectedAnswerMustFailToCome() {
        assertThat(ProbeVerdicts.before(run(Kind.CALLER_REFUSED, "200", "200")))
                .isEqualTo(new Verdict(Result.FAILED, "OppositeSeen"));
        assertThat(ProbeVerdicts.before(run(Kind.CALLER_REFUSED, "403", "200")).oppositeSeen())
                .isFalse();
    }

    @Test
    void aSideThatCouldNotAskDecidesNothing() {
        Run run = new Run(Kind.CALLER_REFUSED, "", Answers.none("ImagePullBackOff"), Answers.of(Map.of("200", 1)));
        assertThat(ProbeVerdicts.after(run, true)).isEqualTo(new Verdict(Result.INCONCLUSIVE, "ProbeDidNotRun"));
        assertThat(ProbeVerdicts.before(run).oppositeSeen()).isFalse();
    }

    private static Run run(Kind kind, String refused, String control) {
        return new Run(kind, "", Answers.of(Map.of(refused, 1)), Answers.of(Map.of(control, 1)));
    }
}
