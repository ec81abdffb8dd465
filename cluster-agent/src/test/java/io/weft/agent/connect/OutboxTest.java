package io.weft.agent.connect;

import static org.assertj.core.api.Assertions.assertThat;

import io.weft.protocol.v1.AgentMessage;
import io.weft.protocol.v1.Applied;
import io.weft.protocol.v1.Movement;
import io.weft.protocol.v1.Observation;
import io.weft.protocol.v1.ProbeResult;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class OutboxTest {
    private final List<AgentMessage> sent = new ArrayList<>();
    private boolean ready = true;
    private final Outbox outbox = new Outbox(() -> ready, sent::add);

    @Test
    void aHubThatDoesNotReadCostsBoundedMemoryAndGetsTheNewestStateLater() {
        ready = false;
        for (int i = 0; i < 10_000; i++) {
            outbox.offer(applied(i));
            outbox.offer(moved("shop", i));
            outbox.offer(moved("bank", i));
            outbox.offer(observed("meshStatus", "x".repeat(10_000)));
        }
        long bytes = sent.stream().mapToLong(AgentMessage::getSerializedSize).sum();
        assertThat(bytes).isBetween((long) Outbox.MOST_BEHIND_BYTES, Outbox.MOST_BEHIND_BYTES + 20_000L);
        sent.clear();
        ready = true;
        outbox.flush();
        assertThat(sent)
                .containsExactly(
                        applied(9_999),
                        moved("shop", 9_999),
                        moved("bank", 9_999),
                        observed("meshStatus", "x".repeat(10_000)));
    }

    @Test
    void whatIsNoStateIsRefusedWhileOthersWait() {
        ready = false;
        AgentMessage result = AgentMessage.newBuilder()
                .setProbeResult(ProbeResult.getDefaultInstance())
                .build();
        assertThat(outbox.offer(result)).isTrue();
        while (outbox.offer(result)) {
            outbox.offer(observed("meshStatus", "x".repeat(1_000_000)));
        }
        assertThat(outbox.offer(applied(1))).isTrue();
        ready = true;
        assertThat(outbox.offer(result)).isTrue();
        assertThat(sent).endsWith(applied(1), result);
    }

    private static AgentMessage applied(long version) {
        return AgentMessage.newBuilder()
                .setApplied(Applied.newBuilder().setVersion(version))
                .build();
    }

    private static AgentMessage moved(String namespace, int step) {
        return AgentMessage.newBuilder()
                .setMovement(Movement.newBuilder().setNamespace(namespace).setMessage("step " + step))
                .build();
    }

    private static AgentMessage observed(String subject, String body) {
        return AgentMessage.newBuilder()
                .setObservation(Observation.newBuilder().setSubject(subject).setBodyJson(body))
                .build();
    }
}
