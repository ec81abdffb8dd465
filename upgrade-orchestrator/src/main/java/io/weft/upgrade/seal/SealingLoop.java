package io.weft.upgrade.seal;

import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import io.weft.kit.tenancy.TenantTransactions;
import io.weft.kit.work.DueWork;
import io.weft.kit.work.Loop;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/** Looks at every organisation each minute. Its row in the queue is claimed by one process at a time. */
@Singleton
final class SealingLoop {
    private static final Logger LOG = Logger.getLogger(SealingLoop.class);
    private static final int WORKERS = 1;

    private final DueWork queue;
    private final TenantTransactions transactions;
    private final Sealing sealing;
    private final SealingConfig config;
    private @Nullable Loop loop;
    private @Nullable Thread newcomers;

    SealingLoop(DueWork queue, TenantTransactions transactions, Sealing sealing, SealingConfig config) {
        this.queue = queue;
        this.transactions = transactions;
        this.sealing = sealing;
        this.config = config;
    }

    void start(@Observes StartupEvent event) {
        sealing.publishKey(transactions);
        loop = queue.claimLoop(Sealing.SEAL, WORKERS, sealing::look);
        newcomers = Thread.ofVirtual().name("audit-seal-newcomers").start(this::keepLooking);
    }

    void stop(@Observes ShutdownEvent event) {
        if (newcomers != null) {
            newcomers.interrupt();
        }
        if (loop != null) {
            loop.close();
        }
    }

    private void keepLooking() {
        try {
            while (true) {
                scheduleNewcomers();
                Thread.sleep(config.every());
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    private void scheduleNewcomers() {
        try {
            Sealing.schedule(transactions);
        } catch (RuntimeException e) {
            LOG.warnf("auditSeal.notScheduled cause=%s: tried again in %s", e.getMessage(), config.every());
        }
    }
}
