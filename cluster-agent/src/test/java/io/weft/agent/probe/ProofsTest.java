package io.weft.agent.probe;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.weft.agent.kube.Json;
import io.weft.agent.probe.Proofs.Before;
import org.junit.jupiter.api.Test;

class ProofsTest {
    @Test
    void anOppositeStaysSeenAndKeepsTheGenerationItWasSeenAt() {
        Before seen = new Before("2 {}", false, Proofs.NEVER).then("3 {}", 3);

        assertThat(seen).isEqualTo(new Before("3 {}", true, 3));
        assertThat(seen.then("4 {}", Proofs.NEVER)).isEqualTo(new Before("4 {}", true, 3));
        assertThat(seen.then("4 {}", 4)).isEqualTo(new Before("4 {}", true, 4));
    }

    @Test
    void whatIsStoredIsReadAgainAndOfOlderNotesTheGenerationIsUnknown() {
        Before seen = new Before("3 {}", true, 3);
        ObjectNode stored = Json.object();
        seen.write(stored);

        assertThat(Before.read(stored)).isEqualTo(seen);
        stored.remove("oppositeGeneration");
        assertThat(Before.read(stored)).isEqualTo(new Before("3 {}", true, Proofs.NEVER));
    }
}
