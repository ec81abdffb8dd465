package io.weft.model.version;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Optional;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class UpgradePathTest {

    @ParameterizedTest(name = "{0} to {1} on Kubernetes {2} with proxies {3} is {4}")
    @CsvSource(nullValues = "-", textBlock = """
            1.26.0, 1.27.0, v1.33.13, 1.26.0,         Legal
            1.26.0, 1.26.5, v1.29.0,  1.26.0,         Legal
            1.26.0, 1.26.0, v1.33.13, 1.26.0,         SameVersion
            1.27.0, 1.26.0, v1.33.13, 1.27.0,         Backwards
            1.25.0, 1.27.0, v1.33.13, 1.25.0,         SkipsMinor
            1.26.0, 2.0.0,  v1.33.13, 1.26.0,         SkipsMinor
            1.26.0, 1.27.0, v1.33.13, 1.25.9 1.26.0,  ProxyTooOld
            1.26.0, 1.27.0, v1.33.13, 1.28.0,         ProxyTooNew
            1.26.0, 1.27.0, v1.28.9,  1.26.0,         KubernetesOutOfRange
            1.26.0, 1.27.0, v1.34.0,  1.26.0,         KubernetesOutOfRange
            1.26.0, 1.27.0, -,        1.26.0,         KubernetesUnknown
            latest, 1.27.0, v1.33.13, 1.26.0,         UnknownVersion
            """)
    void aStepIsJudged(String from, String to, String kubernetes, String proxies, String expected) {
        UpgradePath.Step step = UpgradePath.istio(new UpgradePath.Question(
                from,
                to,
                List.of("1.25", "1.26", "1.27"),
                "1.29",
                "1.33",
                Optional.ofNullable(kubernetes),
                List.of(proxies.split(" "))));

        String code = switch (step) {
            case UpgradePath.Step.Legal _ -> "Legal";
            case UpgradePath.Step.Illegal illegal -> illegal.code();
        };
        assertThat(code).isEqualTo(expected);
    }

    @ParameterizedTest(name = "a release that lists {0} cannot replace 1.26.0")
    @CsvSource({"1.25", "1.27"})
    void aReleaseReplacesOnlyWhatItLists(String listed) {
        UpgradePath.Step step = UpgradePath.istio(new UpgradePath.Question(
                "1.26.0", "1.27.0", List.of(listed), "1.29", "1.33", Optional.of("v1.33.1"), List.of()));

        assertThat(step)
                .isInstanceOfSatisfying(
                        UpgradePath.Step.Illegal.class,
                        illegal -> assertThat(illegal.code()).isEqualTo("NotListed"));
    }
}
