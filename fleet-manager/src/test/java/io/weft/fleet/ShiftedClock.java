package io.weft.fleet;

import jakarta.annotation.Priority;
import jakarta.enterprise.inject.Alternative;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;

/** The service's clock: the system's, which a test may shift. */
@Alternative
@Priority(1)
@Singleton
public class ShiftedClock implements InstantSource {
    private volatile Duration shift = Duration.ZERO;

    @Override
    public Instant instant() {
        return Instant.now().plus(shift);
    }

    /** Runs {@code work} as if it were that much later (or, negative, earlier). */
    public <T> T shifted(Duration by, Work<T> work) throws Exception {
        shift = by;
        try {
            return work.run();
        } finally {
            shift = Duration.ZERO;
        }
    }

    /** Something a test does meanwhile. */
    @FunctionalInterface
    public interface Work<T> {
        T run() throws Exception;
    }
}
