package io.weft.fleet.telemetry;

import static org.assertj.core.api.Assertions.assertThat;

import io.weft.fleet.signer.AgentIdentity;
import io.weft.kit.id.TenantId;
import io.weft.protocol.v1.GaugeSeries;
import io.weft.protocol.v1.TelemetryAccepted;
import io.weft.protocol.v1.TelemetryBatch;
import io.weft.protocol.v1.Window;
import io.weft.testkit.MutableClock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

class TelemetryIngestTest {
    private static final Instant NOON = Instant.parse("2026-03-01T12:00:00Z");

    private final MutableClock clock = new MutableClock(NOON);
    private final FakeSink sink = new FakeSink();
    private final List<TelemetryAccepted> accepted = new ArrayList<>();
    private final TelemetryIngest ingest = new TelemetryIngest(sink, new SmallLimits(), clock);
    private final AgentIdentity agent = new AgentIdentity(new TenantId(UUID.randomUUID()), UUID.randomUUID());
    private final TelemetryIngest.Flow flow = ingest.open(agent, accepted::add);

    @Test
    void aBatchIsAcknowledgedWhenItIsStoredAndNotBefore() {
        flow.receive(batch(1));
        assertThat(accepted).isEmpty();

        sink.pending.getFirst().accept(true);

        assertThat(accepted).extracting(TelemetryAccepted::getSequence).containsExactly(1L);
    }

    @Test
    void whileTheStoreIsAwayNothingIsAcknowledgedAndWhatTheAgentResendsIsTaken() {
        sink.away = true;
        flow.receive(batch(1));
        flow.receive(batch(2));
        sink.away = false;
        flow.receive(batch(1));
        flow.receive(batch(2));
        sink.pending.forEach(stored -> stored.accept(true));

        assertThat(accepted).extracting(TelemetryAccepted::getSequence).containsExactly(1L, 2L);
    }

    @Test
    void theFutureIsNeverComplete() {
        flow.receive(batch(1).toBuilder()
                .setCompleteThrough(WireTime.write(NOON.plusSeconds(3600)))
                .build());

        assertThat(sink.batches.getFirst().batch().getCompleteThrough()).isEqualTo(WireTime.write(NOON));
    }

    @Test
    void withoutATimeNothingIsDeclaredComplete() {
        flow.receive(batch(1).toBuilder().clearCompleteThrough().build());

        assertThat(sink.batches.getFirst().batch().hasCompleteThrough()).isFalse();
    }

    @Test
    void bytesBeyondTheQuotaAreRefusedCountedAndTakenLater() {
        for (int sequence = 1; sequence <= 6; sequence++) {
            flow.receive(batch(sequence, gauges(30)));
        }
        int taken = sink.batches.size();
        assertThat(taken).isBetween(1, 5);

        clock.advance(Duration.ofMinutes(1));
        flow.receive(batch(taken + 1, gauges(30)));

        assertThat(sink.batches).hasSize(taken + 1);
        assertThat(sink.batches.getLast().refusedBefore()).isEqualTo(1);
    }

    @Test
    void seriesBeyondTheQuotaAreLeftOutAndCounted() {
        flow.receive(batch(1, gauges(SmallLimits.MAX_SERIES + 3)));

        TelemetryBatch kept = sink.batches.getFirst().batch();
        assertThat(kept.getWindowsCount()).isEqualTo(SmallLimits.MAX_SERIES);
        assertThat(kept.getSamplesLost()).isEqualTo(3);
    }

    private static TelemetryBatch batch(long sequence, Window... windows) {
        return TelemetryBatch.newBuilder()
                .setRun(1)
                .setSequence(sequence)
                .setCompleteThrough(WireTime.write(NOON.minusSeconds(1)))
                .addAllWindows(List.of(windows))
                .build();
    }

    private static Window[] gauges(int count) {
        Window[] windows = new Window[count];
        for (int index = 0; index < count; index++) {
            windows[index] = Window.newBuilder()
                    .setGauge(GaugeSeries.newBuilder().setName("gauge-" + index).setValue(1))
                    .build();
        }
        return windows;
    }

    private static final class FakeSink implements BatchSink {
        final List<TelemetryProducer.Stamped> batches = new ArrayList<>();
        final List<Consumer<Boolean>> pending = new ArrayList<>();
        boolean away;

        @Override
        public boolean send(AgentIdentity agent, TelemetryProducer.Stamped batch, Consumer<Boolean> stored) {
            if (away) {
                return false;
            }
            batches.add(batch);
            pending.add(stored);
            return true;
        }
    }

    private record SmallLimits() implements TelemetryConfig {
        static final int MAX_SERIES = 40;

        @Override
        public int bytesPerSecond() {
            return 500;
        }

        @Override
        public int maxSeries() {
            return MAX_SERIES;
        }

        @Override
        public long bufferBytes() {
            return 1024;
        }

        @Override
        public short replicationFactor() {
            return 1;
        }
    }
}
