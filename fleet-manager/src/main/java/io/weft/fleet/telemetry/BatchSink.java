package io.weft.fleet.telemetry;

import io.weft.fleet.signer.AgentIdentity;
import java.util.function.Consumer;

/** Where batches go; Kafka, and a list in tests. */
interface BatchSink {
    /**
     * Takes a batch without waiting.
     *
     * @param stored called once, on any thread: whether the batch is stored for good
     * @return false: not taken, {@code stored} is never called
     */
    boolean send(AgentIdentity agent, TelemetryProducer.Stamped batch, Consumer<Boolean> stored);
}
