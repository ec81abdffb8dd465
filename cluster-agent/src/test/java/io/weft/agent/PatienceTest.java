package io.weft.agent;

import static org.assertj.core.api.Assertions.assertThat;

import io.weft.agent.kube.Json;
import io.weft.agent.kube.KubeRefusal;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class PatienceTest {
    @Test
    void anApiServerThatIsAwayIsAskedAgain() {
        AtomicInteger questions = new AtomicInteger();
        String answer = Patience.ask("the answer", () -> {
            if (questions.incrementAndGet() < 3) {
                throw KubeRefusal.of(503, Json.object());
            }
            return "yes";
        });
        assertThat(answer).isEqualTo("yes");
        assertThat(questions).hasValue(3);
    }
}
