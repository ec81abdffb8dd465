package io.weft.upgrade.executor;

import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import io.weft.kit.tenancy.Notifications;
import io.weft.kit.tenancy.TenantTransactions;
import io.weft.kit.tenancy.TenantTx;
import io.weft.kit.work.DueWork;
import io.weft.kit.work.Loop;
import io.weft.upgrade.hint.ObservedHints;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Looks at rollouts when they are due, and earlier when something was observed. */
@Singleton
final class RolloutLoop {
    static final String ROLLOUT = "rollout";
    private static final int WORKERS = 4;

    private final DueWork queue;
    private final Notifications notifications;
    private final TenantTransactions transactions;
    private final RolloutExecutor executor;
    private @Nullable Loop loop;
    private @Nullable ObservedHints hints;

    RolloutLoop(DueWork queue, Notifications notifications, TenantTransactions transactions, RolloutExecutor executor) {
        this.queue = queue;
        this.notifications = notifications;
        this.transactions = transactions;
        this.executor = executor;
    }

    void start(@Observes StartupEvent event) {
        loop = queue.claimLoop(ROLLOUT, WORKERS, executor::look);
        hints = ObservedHints.listen(notifications, transactions, Duration.ZERO, RolloutLoop::scheduleOpenRollouts);
    }

    private static void scheduleOpenRollouts(TenantTx tx) {
        tx.list(UUID.class, """
                SELECT id FROM rollout
                WHERE phase IN ('planned', 'running', 'soaking', 'rollingBack', 'stuck') ORDER BY id
                """).forEach(rollout -> DueWork.scheduleNow(tx, ROLLOUT, rollout, "observed"));
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
