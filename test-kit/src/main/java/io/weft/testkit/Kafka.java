package io.weft.testkit;

import io.weft.local.KafkaProcess;

/** The Kafka of this test run. Topics are not made by writing to them: create them, with names of your own. */
public final class Kafka {
    private Kafka() {}

    /** Starts it when first called (about 4 s); module local-services must have been packaged. */
    public static KafkaProcess shared() {
        return Shared.kafka();
    }
}
