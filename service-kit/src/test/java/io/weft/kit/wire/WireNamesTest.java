package io.weft.kit.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class WireNamesTest {
    enum Phase {
        PLANNED,
        ROLLING_BACK,
        WAITING_FOR_IT
    }

    @Test
    void everyConstantComesBackFromItsName() {
        for (Phase phase : Phase.values()) {
            assertThat(WireNames.parse(Phase.class, WireNames.of(phase))).isEqualTo(phase);
        }
    }

    @Test
    void namesAreLowerCamel() {
        assertThat(Phase.values()).extracting(WireNames::of).containsExactly("planned", "rollingBack", "waitingForIt");
    }

    @Test
    void anUnknownNameIsAnsweredWithTheNamesThereAre() {
        assertThatThrownBy(() -> WireNames.parse(Phase.class, "ROLLING_BACK"))
                .hasMessage("must be one of planned, rollingBack, waitingForIt");
    }
}
