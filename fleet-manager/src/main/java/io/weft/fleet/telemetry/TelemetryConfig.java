package io.weft.fleet.telemetry;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import io.smallrye.config.WithName;

/** Telemetry from agents into Kafka. */
@ConfigMapping(prefix = "weft.telemetry")
interface TelemetryConfig {
    /** Bytes a second that one cluster may send in the long run; four times as much at once. */
    @WithDefault("262144")
    int bytesPerSecond();

    /** Different series that one cluster may send within ten minutes; windows of further ones are counted and dropped. */
    @WithDefault("20000")
    int maxSeries();

    /** Bytes of batches that wait for Kafka's acknowledgement; beyond that batches are refused and agents keep them. */
    @WithDefault("16777216")
    long bufferBytes();

    /** Copies of the topic's data when it is created. */
    @WithDefault("1")
    @WithName("topic.replication-factor")
    short replicationFactor();
}
