package io.weft.agent.telemetry;

import static org.assertj.core.api.Assertions.assertThat;

import io.weft.agent.report.Times;
import io.weft.protocol.v1.AgentMessage;
import io.weft.protocol.v1.TelemetryAccepted;
import io.weft.protocol.v1.TelemetryBatch;
import io.weft.protocol.v1.Window;
import io.weft.testkit.MutableClock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;

class BatchesTest {
    private static final Instant NOON = Instant.parse("2026-01-01T12:00:00Z");

    private final List<TelemetryBatch> sent = new ArrayList<>();
    private final MutableClock clock = new MutableClock(NOON);
    private boolean connected = true;
    private final Batches batches = new Batches(this::send, clock);

    @Test
    void aNewStreamRepeatsWhatWasNotAcceptedUnderTheSameNumbers() {
        batches.add(windows(1), NOON);
        batches.add(windows(1), NOON.plusSeconds(10));
        batches.accepted(TelemetryAccepted.newBuilder()
                .setRun(NOON.toEpochMilli())
                .setSequence(1)
                .build());
        sent.clear();
        batches.connected();
        assertThat(sent).extracting(TelemetryBatch::getSequence).containsExactly(2L);
    }

    @Test
    void withoutAStreamNothingIsLostUntilTheBufferIsFull() {
        connected = false;
        batches.add(windows(3), NOON);
        connected = true;
        batches.connected();
        assertThat(sent)
                .singleElement()
                .satisfies(batch -> assertThat(batch.getWindowsCount()).isEqualTo(3));
    }

    @Test
    void anOverflowDropsTheOldestAndCountsIt() {
        connected = false;
        for (int i = 0; i < 200; i++) {
            batches.add(windows(2_000), NOON.plusSeconds(10L * i));
        }
        connected = true;
        batches.connected();
        batches.add(windows(1), NOON);
        acceptEverything();
        int bytes = sent.stream().mapToInt(TelemetryBatch::getSerializedSize).sum();
        assertThat(bytes).isLessThanOrEqualTo(Batches.MAX_BYTES);
        long lost = sent.stream().mapToLong(TelemetryBatch::getSamplesLost).sum();
        long windows = sent.stream().mapToLong(TelemetryBatch::getWindowsCount).sum();
        assertThat(windows + lost).isEqualTo(400_001);
    }

    @Test
    void silenceIsSaidEveryFiveSecondsWithTheSameCompleteThrough() {
        batches.add(windows(1), NOON);
        batches.accepted(TelemetryAccepted.newBuilder()
                .setRun(NOON.toEpochMilli())
                .setSequence(1)
                .build());
        sent.clear();
        batches.tick();
        assertThat(sent).isEmpty();
        clock.advance(Duration.ofSeconds(6));
        batches.tick();
        assertThat(sent).singleElement().satisfies(batch -> {
            assertThat(batch.getWindowsCount()).isZero();
            assertThat(batch.getCompleteThrough()).isEqualTo(Times.stamp(NOON));
            assertThat(batch.getSequence()).isEqualTo(2);
        });
    }

    @Test
    void afterARefusalItGoesBackByItself() {
        batches.add(windows(1), NOON);
        batches.add(windows(1), NOON.plusSeconds(10));
        sent.clear(); // the hub had no room for them, and says nothing
        clock.advance(Duration.ofSeconds(9));
        batches.tick();
        assertThat(sent).isEmpty();
        clock.advance(Duration.ofSeconds(2));
        batches.tick();
        assertThat(sent).extracting(TelemetryBatch::getSequence).containsExactly(1L, 2L);
        accept(2);
        clock.advance(Duration.ofSeconds(1));
        sent.clear();
        batches.add(windows(1), NOON.plusSeconds(20));
        assertThat(sent).extracting(TelemetryBatch::getSequence).containsExactly(3L);
    }

    @Test
    void whatWasHeldBackGoesOutInParts() {
        connected = false;
        for (int i = 0; i < 100; i++) {
            batches.add(windows(2_000), NOON.plusSeconds(10L * i));
        }
        connected = true;
        batches.connected();
        int first = sent.stream().mapToInt(TelemetryBatch::getSerializedSize).sum();
        assertThat(first).isLessThanOrEqualTo(Batches.MAX_BYTES_UNDER_WAY);
        assertThat(sent).hasSizeLessThan(100);

        acceptEverything();

        assertThat(sent)
                .extracting(TelemetryBatch::getSequence)
                .doesNotHaveDuplicates()
                .contains(100L);
    }

    private void acceptEverything() {
        long before;
        do {
            before = sent.getLast().getSequence();
            accept(before);
        } while (sent.getLast().getSequence() > before);
    }

    private void accept(long sequence) {
        batches.accepted(TelemetryAccepted.newBuilder()
                .setRun(NOON.toEpochMilli())
                .setSequence(sequence)
                .build());
    }

    private boolean send(AgentMessage message) {
        if (connected) {
            sent.add(message.getTelemetryBatch());
        }
        return connected;
    }

    private static List<Window> windows(int count) {
        return new ArrayList<>(Collections.nCopies(
                count, Window.newBuilder().setStart(Times.stamp(NOON)).build()));
    }
}
