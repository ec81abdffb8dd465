package io.weft.upgrade;

import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import java.time.InstantSource;

/** The one place where this service names the system's clock. */
final class ClockProducer {
    @Produces
    @Singleton
    static InstantSource clock() {
        return InstantSource.system();
    }
}
