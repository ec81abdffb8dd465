package io.weft.fleet.aggregate;

import com.google.protobuf.InvalidProtocolBufferException;
import io.weft.fleet.telemetry.TelemetryTopic;
import io.weft.fleet.telemetry.WireTime;
import io.weft.kit.id.TenantId;
import io.weft.kit.tenancy.DatabaseException;
import io.weft.protocol.v1.TelemetryBatch;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRebalanceListener;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.WakeupException;
import org.apache.kafka.common.header.Header;
import org.jboss.logging.Logger;

/**
 * One life of the consumer: reads, sums up, flushes each second. On any failure the caller drops it whole and begins another
 * one, which reads on from the offsets in the database.
 */
final class AggregatorRun implements ConsumerRebalanceListener {
    static final Duration FLUSH_AFTER = Duration.ofSeconds(1);
    static final int FLUSH_AT_WINDOWS = 250_000;

    private static final Logger LOG = Logger.getLogger(AggregatorRun.class);
    /** Before every window: what is complete already stays so. */
    private static final Instant NOTHING_IS_COMPLETE = Instant.EPOCH;

    private static final Duration POLL = Duration.ofMillis(200);

    private final Consumer<String, byte[]> consumer;
    private final Assignments assignments;
    private final RollupWriter writer;
    private final Map<Integer, Position> positions = new HashMap<>();
    private final Map<ClusterKey, Assignments.Last> last = new HashMap<>();
    /** Of each Kafka record read since the last flush. */
    private final List<Delta> unflushed = new ArrayList<>();

    private int windows;
    private long flushedNanos = System.nanoTime();
    private volatile boolean stopped;

    AggregatorRun(Consumer<String, byte[]> consumer, Assignments assignments, RollupWriter writer) {
        this.consumer = consumer;
        this.assignments = assignments;
        this.writer = writer;
    }

    /** Runs until {@link #stop}, then flushes; or until something fails, then throws. */
    void run() {
        consumer.subscribe(List.of(TelemetryTopic.NAME), this);
        try {
            while (!stopped) {
                consumer.poll(POLL).forEach(this::take);
                if (isFlushDue()) {
                    flush();
                }
            }
            flush();
        } catch (WakeupException e) {
            if (!stopped) {
                throw e;
            }
            flush();
        } finally {
            drop(); // what failed is read anew, and must not be written by the end of the assignment
        }
    }

    void stop() {
        stopped = true;
        consumer.wakeup();
    }

    @Override
    public void onPartitionsAssigned(Collection<TopicPartition> partitions) {
        for (TopicPartition partition : partitions) {
            Assignments.Owned owned = assignments.take(partition.partition());
            positions.put(partition.partition(), new Position(owned.generation(), owned.nextOffset()));
            consumer.seek(partition, owned.nextOffset());
            LOG.infof(
                    "aggregate.assigned partition=%d generation=%d offset=%d",
                    partition.partition(), owned.generation(), owned.nextOffset());
        }
        last.clear(); // another process may have written meanwhile
    }

    @Override
    public void onPartitionsRevoked(Collection<TopicPartition> partitions) {
        flush();
        partitions.forEach(partition -> positions.remove(partition.partition()));
    }

    @Override
    public void onPartitionsLost(Collection<TopicPartition> partitions) {
        throw new RollupWriter.Fenced(
                partitions.stream().map(TopicPartition::partition).findFirst().orElse(-1));
    }

    private boolean isFlushDue() {
        return windows >= FLUSH_AT_WINDOWS || System.nanoTime() - flushedNanos >= FLUSH_AFTER.toNanos();
    }

    private void flush() {
        flushedNanos = System.nanoTime();
        List<Delta> read = List.copyOf(unflushed);
        drop();
        if (read.isEmpty()) {
            return;
        }
        Delta all = new Delta();
        read.forEach(all::add);
        try {
            writer.write(all);
        } catch (DatabaseException e) {
            if (!isAboutData(e)) {
                throw e;
            }
            read.forEach(this::writeAlone);
        }
    }

    private void drop() {
        unflushed.clear();
        windows = 0;
    }

    /** One batch must not hold up the others of its partition for ever. */
    private void writeAlone(Delta one) {
        try {
            writer.write(one);
        } catch (DatabaseException e) {
            if (!isAboutData(e)) {
                throw e;
            }
            LOG.errorf(
                    e,
                    "aggregate.notStorable clusters=%s: the batch is counted as lost",
                    one.progress().keySet());
            writer.write(one.lost());
        }
    }

    /** Data exceptions and violated constraints: they come again however often the same is written. */
    private static boolean isAboutData(DatabaseException failure) {
        return failure.sqlState().startsWith("22") || failure.sqlState().startsWith("23");
    }

    private void take(ConsumerRecord<String, byte[]> kafkaRecord) {
        Position position = positions.get(kafkaRecord.partition());
        if (position == null) {
            return; // revoked meanwhile: its new owner reads it
        }
        long next = kafkaRecord.offset() + 1;
        Delta one = new Delta();
        one.read(kafkaRecord.partition(), new Delta.OffsetMove(position.generation(), position.next(), next));
        add(kafkaRecord, one);
        unflushed.add(one);
        windows += one.windows();
        positions.put(kafkaRecord.partition(), new Position(position.generation(), next));
    }

    private void add(ConsumerRecord<String, byte[]> kafkaRecord, Delta delta) {
        Optional<Stamp> stamp = Stamp.of(kafkaRecord);
        if (stamp.isEmpty()) {
            LOG.errorf("aggregate.unreadable partition=%d offset=%d", kafkaRecord.partition(), kafkaRecord.offset());
            return;
        }
        try {
            add(stamp.get(), TelemetryBatch.parseFrom(kafkaRecord.value()), delta);
        } catch (InvalidProtocolBufferException _) {
            LOG.errorf("aggregate.unreadable partition=%d offset=%d", kafkaRecord.partition(), kafkaRecord.offset());
        }
    }

    private void add(Stamp stamp, TelemetryBatch batch, Delta delta) {
        Assignments.Last before = last.computeIfAbsent(stamp.cluster(), assignments::last);
        if (!before.exists() || !before.isBefore(batch.getRun(), batch.getSequence())) {
            return;
        }
        last.put(stamp.cluster(), new Assignments.Last(true, batch.getRun(), batch.getSequence()));
        Windows read = windows(stamp, batch);
        delta.add(read);
        Instant completeThrough = WireTime.read(batch.getCompleteThrough())
                .map(time -> time.isAfter(stamp.receiveTime()) ? stamp.receiveTime() : time)
                .orElse(NOTHING_IS_COMPLETE);
        delta.advance(
                stamp.cluster(),
                new Delta.Progress(
                        completeThrough,
                        batch.getRun(),
                        batch.getSequence(),
                        read.count(),
                        Rollup.sum(Math.clamp(batch.getSamplesLost(), 0, Windows.MOST), read.leftOut()),
                        Math.clamp(stamp.refused(), 0, Windows.MOST)));
    }

    private static Windows windows(Stamp stamp, TelemetryBatch batch) {
        try {
            return Windows.of(stamp.cluster(), batch, stamp.receiveTime());
        } catch (RuntimeException e) {
            LOG.errorf(e, "aggregate.batchUnusable cluster=%s: it is counted as lost", stamp.cluster());
            return Windows.allLeftOut(batch);
        }
    }

    private record Position(long generation, long next) {}

    /** What the gateway wrote beside the batch. */
    record Stamp(ClusterKey cluster, Instant receiveTime, long refused) {
        static Optional<Stamp> of(ConsumerRecord<String, byte[]> kafkaRecord) {
            try {
                return Optional.of(new Stamp(
                        new ClusterKey(
                                new TenantId(UUID.fromString(
                                        text(kafkaRecord, "tenant").orElseThrow())),
                                UUID.fromString(text(kafkaRecord, "cluster").orElseThrow())),
                        Instant.ofEpochMilli(
                                Long.parseLong(text(kafkaRecord, "receiveTime").orElseThrow())),
                        Long.parseLong(text(kafkaRecord, "refused").orElse("0"))));
            } catch (RuntimeException _) {
                return Optional.empty(); // not written by a gateway
            }
        }

        private static Optional<String> text(ConsumerRecord<String, byte[]> kafkaRecord, String name) {
            Header header = kafkaRecord.headers().lastHeader(name);
            return header == null
                    ? Optional.empty()
                    : Optional.of(new String(header.value(), StandardCharsets.US_ASCII));
        }
    }
}
