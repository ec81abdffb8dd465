package io.weft.fleet.retention;

import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import io.weft.kit.tenancy.TenantTransactions;
import io.weft.kit.work.DueWork;
import io.weft.kit.work.Loop;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/** Looks at every organisation now and then. Its row in the queue is claimed by one process at a time. */
@Singleton
class RetentionLoop {
    /** Work kind; the object is the organisation itself. */
    static final String RETENTION = "retention";

    private static final Logger LOG = Logger.getLogger(RetentionLoop.class);
    private static final int WORKERS = 1;

    private final DueWork queue;
    private final TenantTransactions transactions;
    private final Retention retention;
    private final RetentionConfig config;
    private @Nullable Loop loop;
    private @Nullable Thread newcomers;

    RetentionLoop(DueWork queue, TenantTransactions transactions, Retention retention, RetentionConfig config) {
        this.queue = queue;
        this.transactions = transactions;
        this.retention = retention;
        this.config = config;
    }

    void start(@Observes StartupEvent event) {
        loop = queue.claimLoop(RETENTION, WORKERS, retention::handle);
        newcomers = Thread.ofVirtual().name("retention-newcomers").start(this::keepLooking);
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
            schedule(transactions);
        } catch (RuntimeException e) {
            LOG.warnf("retention.notScheduled cause=%s: tried again in %s", e.getMessage(), config.every());
        }
    }

    /** Has organisations looked at that nobody looks at yet. */
    static void schedule(TenantTransactions transactions) {
        transactions.platform(tx -> tx.update("""
                INSERT INTO due_work (kind, tenant_id, object_id, due_time, reason)
                SELECT ?, id, id, now(), 'organisation' FROM tenant ON CONFLICT DO NOTHING
                """, RETENTION));
    }
}
