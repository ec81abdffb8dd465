package io.weft.fleet.telemetry;

import io.weft.fleet.signer.AgentIdentity;
import io.weft.protocol.v1.TelemetryAccepted;
import io.weft.protocol.v1.TelemetryBatch;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;

/** Takes batches from streams; a batch is acknowledged when it is stored, else the agent keeps it and sends it again. */
@Singleton
public final class TelemetryIngest {
    private final BatchSink sink;
    private final TelemetryConfig config;
    private final InstantSource clock;
    private final Map<AgentIdentity, Quota> quotas = new ConcurrentHashMap<>();

    @Inject
    TelemetryIngest(TelemetryProducer sink, TelemetryConfig config, InstantSource clock) {
        this((BatchSink) sink, config, clock);
    }

    TelemetryIngest(BatchSink sink, TelemetryConfig config, InstantSource clock) {
        this.sink = sink;
        this.config = config;
        this.clock = clock;
    }

    /**
     * The telemetry part of one stream.
     *
     * @param accepted called for each stored batch, on any thread
     */
    public Flow open(AgentIdentity agent, Consumer<TelemetryAccepted> accepted) {
        Quota quota = quotas.computeIfAbsent(
                agent, _ -> new Quota(config.bytesPerSecond(), config.maxSeries(), clock.instant()));
        return new Flow(agent, quota, accepted);
    }

    /** Batches of one stream; calls come one after the other. */
    public final class Flow {
        private final AgentIdentity agent;
        private final Quota quota;
        private final Consumer<TelemetryAccepted> accepted;
        private final BatchOrder order = new BatchOrder();

        private Flow(AgentIdentity agent, Quota quota, Consumer<TelemetryAccepted> accepted) {
            this.agent = agent;
            this.quota = quota;
            this.accepted = accepted;
        }

        public void receive(TelemetryBatch batch) {
            switch (order.arrives(batch.getRun(), batch.getSequence())) {
                case TAKE -> take(batch, clock.instant());
                // Its acknowledgement comes when it is stored; if that was before, this is the agent's second asking.
                case ALREADY_TAKEN, REFUSE -> {}
            }
        }

        private void take(TelemetryBatch batch, Instant now) {
            if (!quota.admits(batch.getSerializedSize(), now)) {
                order.refused(batch.getRun(), batch.getSequence());
                return;
            }
            long refusedBefore = quota.takeRefused();
            TelemetryBatch kept = clamped(quota.withinSeries(batch, now), now);
            boolean taken = sink.send(
                    agent, new TelemetryProducer.Stamped(kept, now, refusedBefore), stored -> answer(batch, stored));
            if (!taken) {
                quota.giveBackRefused(refusedBefore);
                order.refused(batch.getRun(), batch.getSequence());
            }
        }

        private void answer(TelemetryBatch batch, boolean stored) {
            if (stored) {
                accepted.accept(TelemetryAccepted.newBuilder()
                        .setRun(batch.getRun())
                        .setSequence(batch.getSequence())
                        .build());
            } else {
                order.refused(batch.getRun(), batch.getSequence());
            }
        }
    }

    /**
     * An agent whose clock is ahead cannot declare windows complete that have not happened; one that says no time declares
     * nothing.
     */
    private static TelemetryBatch clamped(TelemetryBatch batch, Instant now) {
        boolean ahead = WireTime.read(batch.getCompleteThrough())
                .filter(time -> time.isAfter(now))
                .isPresent();
        return ahead ? batch.toBuilder().setCompleteThrough(WireTime.write(now)).build() : batch;
    }
}
