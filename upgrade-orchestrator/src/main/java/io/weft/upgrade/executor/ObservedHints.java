package io.weft.upgrade.executor;

import io.weft.kit.id.TenantId;
import io.weft.kit.tenancy.TenantTransactions;
import io.weft.kit.tenancy.TenantTx;
import io.weft.kit.work.DueWork;
import java.time.Duration;
import java.util.HashSet;
import java.util.Set;
import java.util.UUID;
import org.jboss.logging.Logger;

/**
 * Something was observed of an organisation: its moving rollouts are looked at now. Hints that come faster than they are
 * handled fall together. A lost one costs nothing but the time until the next due look.
 */
final class ObservedHints implements AutoCloseable {
    private static final Logger LOG = Logger.getLogger(ObservedHints.class);
    private static final Duration CLOSE_WITHIN = Duration.ofSeconds(10);

    private final TenantTransactions transactions;
    private final Set<TenantId> waiting = new HashSet<>();
    private final Thread worker;
    private boolean closed;

    ObservedHints(TenantTransactions transactions) {
        this.transactions = transactions;
        this.worker = Thread.ofVirtual().name("observed-hints").start(this::work);
    }

    /** The payload comes from outside: what is no id is ignored, and an id only chooses whose own rows are looked at. */
    void hint(String payload) {
        try {
            if (!payload.isEmpty()) {
                add(new TenantId(UUID.fromString(payload)));
            }
        } catch (IllegalArgumentException _) {
            LOG.debug("observed.ignored: the payload is no id");
        }
    }

    private synchronized void add(TenantId tenant) {
        waiting.add(tenant);
        notifyAll();
    }

    private synchronized Set<TenantId> take() throws InterruptedException {
        while (waiting.isEmpty() && !closed) {
            wait();
        }
        Set<TenantId> taken = Set.copyOf(waiting);
        waiting.clear();
        return taken;
    }

    private synchronized boolean isClosed() {
        return closed;
    }

    private void work() {
        try {
            while (!isClosed()) {
                for (TenantId tenant : take()) {
                    wake(tenant);
                }
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    private void wake(TenantId tenant) {
        try {
            transactions.in(tenant, ObservedHints::scheduleOpenRollouts);
        } catch (RuntimeException e) {
            LOG.warnf(e, "observed.wakeFailed tenant=%s: the next due look makes up for it", tenant);
        }
    }

    static int scheduleOpenRollouts(TenantTx tx) {
        var open = tx.list(UUID.class, """
                SELECT id FROM rollout
                WHERE phase IN ('planned', 'running', 'soaking', 'rollingBack', 'stuck') ORDER BY id
                """);
        open.forEach(rollout -> DueWork.scheduleNow(tx, RolloutLoop.ROLLOUT, rollout, "observed"));
        return open.size();
    }

    @Override
    public void close() {
        end();
        try {
            if (!worker.join(CLOSE_WITHIN)) {
                LOG.warn("observed.stillRunning: a transaction takes long");
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    private synchronized void end() {
        closed = true;
        notifyAll();
    }
}
