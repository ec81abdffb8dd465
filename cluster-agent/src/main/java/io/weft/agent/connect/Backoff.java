package io.weft.agent.connect;

import java.time.Duration;
import java.util.random.RandomGenerator;

/** Pauses between attempts: doubling from one second to a minute, each drawn between half and whole. */
final class Backoff {
    static final Duration LONGEST = Duration.ofSeconds(60);

    private final RandomGenerator random;
    private int failures;

    Backoff(RandomGenerator random) {
        this.random = random;
    }

    void succeeded() {
        failures = 0;
    }

    Duration next() {
        long whole = Math.min(LONGEST.toMillis(), 1_000L << Math.min(failures, 6));
        failures++;
        return Duration.ofMillis(random.nextLong(whole / 2, whole + 1));
    }
}
