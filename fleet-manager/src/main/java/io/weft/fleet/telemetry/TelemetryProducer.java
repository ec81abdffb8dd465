package io.weft.fleet.telemetry;

import io.quarkus.runtime.StartupEvent;
import io.weft.fleet.signer.AgentIdentity;
import io.weft.protocol.v1.TelemetryBatch;
import jakarta.annotation.PreDestroy;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.apache.kafka.clients.producer.Callback;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.internals.RecordHeader;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Puts batches into Kafka without ever blocking a stream: idempotent, acknowledged by all copies, and never given up while
 * this process lives, so that a later batch of a cluster is never stored without the ones before it.
 */
@Singleton
class TelemetryProducer implements BatchSink {
    private static final Logger LOG = Logger.getLogger(TelemetryProducer.class);
    private static final Duration CLOSE_WITHIN = Duration.ofSeconds(5);
    private static final Duration WARM_UP_EVERY = Duration.ofMillis(500);

    private final TelemetryTopic topic;
    private final TelemetryConfig config;
    private @Nullable KafkaProducer<String, byte[]> producer;
    private @Nullable Thread warmUp;

    TelemetryProducer(TelemetryTopic topic, TelemetryConfig config) {
        this.topic = topic;
        this.config = config;
    }

    /** Asks for the topic's partitions, so that the first batch need not be refused for not knowing them. */
    void begin(@Observes StartupEvent start) {
        warmUp = Thread.ofVirtual().name("telemetry-warm-up").start(this::learnPartitions);
    }

    private void learnPartitions() {
        while (true) {
            try {
                producer().partitionsFor(TelemetryTopic.NAME);
                return;
            } catch (KafkaException _) {
                // Not known yet; having asked, the producer finds out in the background.
            }
            try {
                Thread.sleep(WARM_UP_EVERY);
            } catch (InterruptedException _) {
                Thread.currentThread().interrupt();
                return;
            }
        }
    }

    @Override
    public boolean send(AgentIdentity agent, Stamped batch, Consumer<Boolean> stored) {
        Answer answer = new Answer(stored);
        try {
            var _ = producer().send(record(agent, batch), answer);
            return answer.isPending();
        } catch (KafkaException e) {
            LOG.warnf("telemetry.notSent cause=%s: the agent sends the batch again", e.getMessage());
            return false;
        }
    }

    private static ProducerRecord<String, byte[]> record(AgentIdentity agent, Stamped batch) {
        String tenant = agent.tenant().toString();
        String cluster = agent.cluster().toString();
        List<Header> headers = List.of(
                header("tenant", tenant),
                header("cluster", cluster),
                header("receiveTime", Long.toString(batch.receiveTime().toEpochMilli())),
                header("refused", Long.toString(batch.refusedBefore())));
        return new ProducerRecord<>(
                TelemetryTopic.NAME,
                null,
                null,
                tenant + "/" + cluster,
                batch.batch().toByteArray(),
                headers);
    }

    private static Header header(String name, String value) {
        return new RecordHeader(name, value.getBytes(StandardCharsets.US_ASCII));
    }

    private synchronized KafkaProducer<String, byte[]> producer() {
        KafkaProducer<String, byte[]> open = producer;
        if (open == null) {
            open = new KafkaProducer<>(settings(), new StringSerializer(), new ByteArraySerializer());
            producer = open;
        }
        return open;
    }

    private Map<String, Object> settings() {
        return Map.ofEntries(
                Map.entry(ProducerConfig.BOOTSTRAP_SERVERS_CONFIG, topic.bootstrapServers()),
                Map.entry(ProducerConfig.ENABLE_IDEMPOTENCE_CONFIG, true),
                Map.entry(ProducerConfig.ACKS_CONFIG, "all"),
                // 0: send() never waits, neither for metadata nor for room in the buffer.
                Map.entry(ProducerConfig.MAX_BLOCK_MS_CONFIG, 0),
                Map.entry(ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG, Integer.MAX_VALUE),
                Map.entry(ProducerConfig.BUFFER_MEMORY_CONFIG, config.bufferBytes()),
                Map.entry(ProducerConfig.MAX_REQUEST_SIZE_CONFIG, TelemetryTopic.MAX_RECORD_BYTES),
                Map.entry(ProducerConfig.LINGER_MS_CONFIG, 20),
                Map.entry(ProducerConfig.COMPRESSION_TYPE_CONFIG, "gzip"),
                // A quiet night does not make the producer forget where the topic is.
                Map.entry(ProducerConfig.METADATA_MAX_IDLE_CONFIG, Integer.MAX_VALUE));
    }

    @PreDestroy
    synchronized void close() {
        if (warmUp != null) {
            warmUp.interrupt();
        }
        if (producer != null) {
            producer.close(CLOSE_WITHIN);
        }
    }

    /**
     * Tells a batch that was not even buffered (no metadata yet, buffer full: the producer calls back before it returns) from
     * one that fails or succeeds later.
     */
    private static final class Answer implements Callback {
        private final Consumer<Boolean> stored;
        private boolean returned;
        private boolean failedAtOnce;

        Answer(Consumer<Boolean> stored) {
            this.stored = stored;
        }

        @Override
        public synchronized void onCompletion(@Nullable RecordMetadata place, @Nullable Exception failure) {
            if (failure != null && !returned) {
                LOG.infof("telemetry.notBuffered cause=%s: the agent sends the batch again", failure.getMessage());
                failedAtOnce = true;
                return;
            }
            if (failure != null) {
                LOG.errorf("telemetry.notStored cause=%s: the agent sends the batch again", failure);
            }
            stored.accept(failure == null);
        }

        synchronized boolean isPending() {
            returned = true;
            return !failedAtOnce;
        }
    }

    /** A batch as it goes into Kafka. */
    record Stamped(TelemetryBatch batch, Instant receiveTime, long refusedBefore) {}
}
