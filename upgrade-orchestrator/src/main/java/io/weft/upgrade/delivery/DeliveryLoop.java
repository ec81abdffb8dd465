package io.weft.upgrade.delivery;

import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import io.weft.kit.work.DueWork;
import io.weft.kit.work.Loop;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import org.jspecify.annotations.Nullable;

/** Looks at policies whose newest generation is not due everywhere yet. */
@Singleton
final class DeliveryLoop {
    static final String DELIVERY = "delivery";
    private static final int WORKERS = 2;

    private final DueWork queue;
    private final Deliveries deliveries;
    private @Nullable Loop loop;

    DeliveryLoop(DueWork queue, Deliveries deliveries) {
        this.queue = queue;
        this.deliveries = deliveries;
    }

    void start(@Observes StartupEvent event) {
        loop = queue.claimLoop(DELIVERY, WORKERS, deliveries::look);
    }

    void stop(@Observes ShutdownEvent event) {
        if (loop != null) {
            loop.close();
        }
    }
}
