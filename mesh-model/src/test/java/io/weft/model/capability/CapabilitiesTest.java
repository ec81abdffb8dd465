package io.weft.model.capability;

import static org.assertj.core.api.Assertions.assertThat;

import io.weft.model.policy.PolicyKind;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class CapabilitiesTest {

    @ParameterizedTest
    @EnumSource(PolicyKind.class)
    void istioWithSidecarsEnforcesEveryKind(PolicyKind kind) {
        assertThat(Capabilities.missing(kind, "istio", "sidecar", List.of("1.27.0", "1.26.3")))
                .isEmpty();
    }

    @Test
    void anUpgradeDoesNotChangeTheClass() {
        String before =
                Capabilities.classOf("istio", "sidecar", List.of("1.26.0")).name();

        assertThat(Capabilities.classOf("istio", "sidecar", List.of("1.26.0", "1.27.0"))
                        .name())
                .isEqualTo(before);
        assertThat(Capabilities.classOf("istio", "sidecar", List.of("1.27.0")).name())
                .isEqualTo(before);
    }

    @ParameterizedTest
    @CsvSource({
        "istio,ambient,1.27.0",
        "linkerd,sidecar,2.19.0",
        "consul,vm,1.22.0",
        "istio,sidecar,1.30.3",
        "istio,sidecar,1.25.9"
    })
    void whatHasNoCompilerIsSaidSo(String family, String mode, String version) {
        assertThat(Capabilities.missing(PolicyKind.MUTUAL_TLS, family, mode, List.of(version)))
                .hasValueSatisfying(missing -> {
                    assertThat(missing.capability()).isEqualTo("mutualTls");
                    assertThat(missing.reason()).contains("no compiler");
                });
    }
}
