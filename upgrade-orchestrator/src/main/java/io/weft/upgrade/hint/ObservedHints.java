package io.weft.upgrade.hint;

import io.weft.kit.id.TenantId;
import io.weft.kit.tenancy.Notifications;
import io.weft.kit.tenancy.TenantTransactions;
import io.weft.kit.tenancy.TenantTx;
import java.time.Duration;
import java.util.HashSet;
import java.util.Set;
import java.util.UUID;
import java.util.function.Consumer;
import org.jboss.logging.Logger;

/**
 * Something was observed of an organisation: a transaction of it is run. Hints that come faster than they are handled, or
 * than the pause allows, fall together. A lost one costs nothing but time, for every look has a deadline of its own.
 */
public final class ObservedHints implements AutoCloseable {
    private static final Logger LOG = Logger.getLogger(ObservedHints.class);
    private static final Duration CLOSE_WITHIN = Duration.ofSeconds(10);

    private static final String OBSERVED = "observed";

    private final TenantTransactions transactions;
    private final Consumer<TenantTx> wake;
    private final Duration pause;
    private final Set<TenantId> waiting = new HashSet<>();
    private final Thread worker;
    private boolean closed;

    private ObservedHints(TenantTransactions transactions, Duration pause, Consumer<TenantTx> wake) {
        this.transactions = transactions;
        this.wake = wake;
        this.pause = pause;
        this.worker = Thread.ofVirtual().name("observed-hints").start(this::work);
    }

    /**
     * Runs {@code wake} for each organisation of which something was observed, until closed.
     *
     * @param pause so long after a round the next one begins
     */
    public static ObservedHints listen(
            Notifications notifications, TenantTransactions transactions, Duration pause, Consumer<TenantTx> wake) {
        ObservedHints hints = new ObservedHints(transactions, pause, wake);
        notifications.listen(OBSERVED, hints::hint);
        return hints;
    }

    /** The payload comes from outside: what is no id is ignored, and an id only chooses whose own rows are looked at. */
    private void hint(String payload) {
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
        long end = System.nanoTime() + pause.toNanos();
        for (long left = pause.toMillis(); left > 0 && !closed; left = (end - System.nanoTime()) / 1_000_000) {
            wait(left);
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
            transactions.in(tenant, tx -> {
                wake.accept(tx);
                return true;
            });
        } catch (RuntimeException e) {
            LOG.warnf(e, "observed.wakeFailed tenant=%s: the next due look makes up for it", tenant);
        }
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
