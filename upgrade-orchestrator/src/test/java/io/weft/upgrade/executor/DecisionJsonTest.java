package io.weft.upgrade.executor;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.weft.upgrade.decision.State;
import io.weft.upgrade.decision.Step;
import org.junit.jupiter.api.Test;

class DecisionJsonTest {
    @Test
    void aStateThatAnOlderVersionStoredIsRead() throws Exception {
        State state = DecisionJson.read(new ObjectMapper().readTree("""
                {"step":{"step":"promoted","until":"2026-01-15T12:00:00Z","lastWave":{"position":0,
                    "start":"2026-01-15T11:00:00Z","enforcedBefore":[],"moved":"2026-01-15T11:10:00Z","countFrom":null,
                    "judgedThrough":null,"probesAsked":null}},
                "hold":null,"revisionsBefore":{"0":{"shop":"1-26-0"}}}
                """), State.class);

        assertThat(state.notReadySince()).isEmpty();
        assertThat(state.step()).isInstanceOfSatisfying(Step.Promoted.class, promoted -> {
            assertThat(promoted.applied()).isFalse();
            assertThat(promoted.gapSince()).isEmpty();
        });
    }
}
