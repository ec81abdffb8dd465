package io.weft.fleet.aggregate;

import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import io.weft.fleet.telemetry.TelemetryTopic;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/** Keeps an {@link AggregatorRun} alive from start to end of the process, whether Kafka and the database are there or not. */
@Singleton
public final class Aggregator {
    private static final Logger LOG = Logger.getLogger(Aggregator.class);
    private static final Duration RETRY = Duration.ofSeconds(1);
    private static final Duration CLOSE_WITHIN = Duration.ofSeconds(10);

    private final TelemetryTopic topic;
    private final Assignments assignments;
    private final RollupWriter writer;
    private @Nullable Thread thread;
    private @Nullable AggregatorRun current;
    private volatile boolean stopped;

    Aggregator(TelemetryTopic topic, Assignments assignments, RollupWriter writer) {
        this.topic = topic;
        this.assignments = assignments;
        this.writer = writer;
    }

    void begin(@Observes StartupEvent start) {
        start();
    }

    synchronized void start() {
        stopped = false;
        thread = Thread.ofPlatform().name("telemetry-aggregator").daemon().start(this::supervise);
    }

    void end(@Observes ShutdownEvent end) throws InterruptedException {
        stop();
    }

    /** Ends after a last flush. */
    void stop() throws InterruptedException {
        @Nullable Thread running;
        synchronized (this) {
            stopped = true;
            running = thread;
            thread = null;
            if (current != null) {
                current.stop();
            }
        }
        if (running != null && !running.join(CLOSE_WITHIN)) {
            LOG.warnf("aggregate.stillRunning thread=%s", running.getName());
        }
    }

    private void supervise() {
        while (!stopped) {
            try {
                if (topic.ensure()) {
                    consume();
                }
            } catch (InterruptedException _) {
                Thread.currentThread().interrupt();
                return;
            } catch (RuntimeException e) {
                if (!stopped) {
                    LOG.errorf(e, "aggregate.failed: reading on from the stored offsets");
                }
            }
            pause();
        }
    }

    private void consume() {
        try (KafkaConsumer<String, byte[]> consumer =
                new KafkaConsumer<>(settings(), new StringDeserializer(), new ByteArrayDeserializer())) {
            AggregatorRun run = new AggregatorRun(consumer, assignments, writer);
            synchronized (this) {
                if (stopped) {
                    return;
                }
                current = run;
            }
            try {
                run.run();
            } finally {
                synchronized (this) {
                    current = null;
                }
            }
        }
    }

    private Map<String, Object> settings() {
        return Map.of(
                ConsumerConfig.BOOTSTRAP_SERVERS_CONFIG,
                topic.bootstrapServers(),
                ConsumerConfig.GROUP_ID_CONFIG,
                "weft-aggregate",
                ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG,
                false,
                // Where the stored offset no longer exists; batches seen before are dropped by their numbers.
                ConsumerConfig.AUTO_OFFSET_RESET_CONFIG,
                "earliest",
                ConsumerConfig.SESSION_TIMEOUT_MS_CONFIG,
                10_000,
                ConsumerConfig.HEARTBEAT_INTERVAL_MS_CONFIG,
                3_000,
                ConsumerConfig.MAX_PARTITION_FETCH_BYTES_CONFIG,
                6 * 1024 * 1024);
    }

    private void pause() {
        try {
            if (!stopped) {
                Thread.sleep(RETRY);
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }
}
