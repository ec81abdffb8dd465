package io.weft.upgrade.probe;

import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import io.weft.kit.tenancy.Notifications;
import io.weft.kit.tenancy.TenantTransactions;
import io.weft.kit.work.DueWork;
import io.weft.kit.work.Loop;
import io.weft.upgrade.hint.ObservedHints;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** Looks at probes when their proof expires. A verdict is an observation, and so schedules its own look. */
@Singleton
final class ProofExpiryLoop {
    private static final int WORKERS = 1;
    /** Proofs live for hours: their expiry need not be known at once, telemetry gives a hint every second. */
    private static final Duration PAUSE = Duration.ofSeconds(60);

    private final DueWork queue;
    private final Notifications notifications;
    private final TenantTransactions transactions;
    private final ProofExpiry expiry;
    private @Nullable Loop loop;
    private @Nullable ObservedHints hints;

    ProofExpiryLoop(DueWork queue, Notifications notifications, TenantTransactions transactions, ProofExpiry expiry) {
        this.queue = queue;
        this.notifications = notifications;
        this.transactions = transactions;
        this.expiry = expiry;
    }

    void start(@Observes StartupEvent event) {
        loop = queue.claimLoop(ProofExpiry.PROBE, WORKERS, expiry::look);
        hints = ObservedHints.listen(notifications, transactions, PAUSE, ProofExpiry::scheduleAll);
    }

    void stop(@Observes ShutdownEvent event) {
        if (hints != null) {
            hints.close();
        }
        if (loop != null) {
            loop.close();
        }
    }
}
