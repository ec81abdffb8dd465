package io.weft.fleet.telemetry;

import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.common.errors.TopicExistsException;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.jboss.logging.Logger;

/** The one topic: name, partitions, and its creation. */
@Singleton
public final class TelemetryTopic {
    public static final String NAME = "telemetry.v1";
    public static final int PARTITIONS = 4;

    /** Largest record: a message of an agent, with room for headers. */
    static final int MAX_RECORD_BYTES = 5 * 1024 * 1024;

    private static final Logger LOG = Logger.getLogger(TelemetryTopic.class);
    private static final Duration TIMEOUT = Duration.ofSeconds(10);

    private final String bootstrapServers;
    private final TelemetryConfig config;

    TelemetryTopic(@ConfigProperty(name = "kafka.bootstrap.servers") String bootstrapServers, TelemetryConfig config) {
        this.bootstrapServers = bootstrapServers;
        this.config = config;
    }

    /** Host and port list that clients start from. */
    public String bootstrapServers() {
        return bootstrapServers;
    }

    /** Creates the topic if it does not exist; false: Kafka did not answer, try again. */
    public boolean ensure() throws InterruptedException {
        Map<String, Object> settings = Map.of(
                AdminClientConfig.BOOTSTRAP_SERVERS_CONFIG,
                bootstrapServers,
                AdminClientConfig.DEFAULT_API_TIMEOUT_MS_CONFIG,
                (int) TIMEOUT.toMillis(),
                AdminClientConfig.REQUEST_TIMEOUT_MS_CONFIG,
                (int) TIMEOUT.toMillis() / 2);
        NewTopic topic = new NewTopic(NAME, PARTITIONS, config.replicationFactor())
                .configs(Map.of("max.message.bytes", Integer.toString(MAX_RECORD_BYTES)));
        try (Admin admin = Admin.create(settings)) {
            admin.createTopics(List.of(topic)).all().get();
            LOG.infof("telemetry.topicCreated topic=%s partitions=%d", NAME, PARTITIONS);
            return true;
        } catch (ExecutionException e) {
            if (e.getCause() instanceof TopicExistsException) {
                return true;
            }
            LOG.warnf("telemetry.topicNotReady cause=%s: trying again", e.getCause());
            return false;
        }
    }
}
