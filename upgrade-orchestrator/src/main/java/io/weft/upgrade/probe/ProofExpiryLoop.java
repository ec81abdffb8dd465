package io.weft.upgrade.probe;

import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import io.weft.kit.work.DueWork;
import io.weft.kit.work.Loop;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import org.jspecify.annotations.Nullable;

/** Looks at probes when their proof expires; who stores a verdict schedules the look. */
@Singleton
final class ProofExpiryLoop {
    static final String PROBE = "probe";
    private static final int WORKERS = 1;

    private final DueWork queue;
    private final ProofExpiry expiry;
    private @Nullable Loop loop;

    ProofExpiryLoop(DueWork queue, ProofExpiry expiry) {
        this.queue = queue;
        this.expiry = expiry;
    }

    void start(@Observes StartupEvent event) {
        loop = queue.claimLoop(PROBE, WORKERS, expiry::look);
    }

    void stop(@Observes ShutdownEvent event) {
        if (loop != null) {
            loop.close();
        }
    }
}
