package io.weft.kit.work;

import io.weft.kit.id.TenantId;
import io.weft.kit.tenancy.Notifications;
import io.weft.kit.tenancy.PlatformTx;
import io.weft.kit.tenancy.TenantClaim;
import io.weft.kit.tenancy.TenantTransactions;
import io.weft.kit.tenancy.TenantTx;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.UUID;
import org.jboss.logging.Logger;

/**
 * The queue {@code due_work}: one row per (kind, tenant, object) says when to look at the object again. It is an alarm
 * clock, not the state: the truth is in the object's own rows.
 *
 * <p>A claimed row stays locked until its handler's transaction ends, and whoever schedules the same object waits for
 * that. Handlers are therefore short; long work (a render, a network call) does not belong into them.
 */
@Singleton
public final class DueWork {
    /** NOTIFY channel; the payload is the kind. */
    static final String CHANNEL = "due_work";

    private static final Logger LOG = Logger.getLogger(DueWork.class);
    private static final Duration MAX_BACK_OFF = Duration.ofSeconds(60);
    private static final int MAX_DOUBLINGS = 6;

    private final TenantTransactions transactions;
    private final Notifications notifications;

    public DueWork(TenantTransactions transactions, Notifications notifications) {
        this.transactions = transactions;
        this.notifications = notifications;
    }

    /** Looks at an object of the tenant at {@code due} or earlier: an earlier time that is already set stays. */
    public static void schedule(TenantTx tx, String kind, UUID object, Instant due, String reason) {
        tx.update("""
                INSERT INTO due_work (kind, tenant_id, object_id, due_time, reason) VALUES (?, ?, ?, ?, ?)
                ON CONFLICT (kind, tenant_id, object_id) DO UPDATE
                SET due_time = LEAST(due_work.due_time, excluded.due_time), reason = excluded.reason, attempts = 0
                """, kind, tx.tenant(), object, due, reason);
        tx.notify(CHANNEL, kind);
    }

    /** {@link #schedule} at once. */
    public static void scheduleNow(TenantTx tx, String kind, UUID object, String reason) {
        schedule(tx, kind, object, tx.now(), reason);
    }

    /**
     * Handles due rows of a kind until {@link Loop#close()}, each in a transaction of its own, on {@code workers} virtual
     * threads. Woken by {@link #schedule} anywhere, by the next due time, and every two seconds.
     */
    public Loop claimLoop(String kind, int workers, Handler handler) {
        return new Loop(this, notifications, kind, workers, handler);
    }

    /**
     * Claims and handles one due row, if there is one: what a loop does, for tests and for draining. A handler's
     * exception is logged and the row comes due again after a back-off of 1 s, doubled up to 60 s.
     *
     * @return whether a row was claimed
     */
    public boolean runOne(String kind, Handler handler) {
        Claimed[] current = new Claimed[1];
        try {
            return transactions
                    .claim(tx -> claim(tx, kind).map(claimed -> current[0] = claimed), (claimed, tx) -> {
                        Optional<Instant> next = handler.handle(tx, claimed.objectId());
                        finish(tx, kind, claimed, next);
                        return true;
                    })
                    .orElse(false);
        } catch (RuntimeException e) {
            Claimed claimed = current[0];
            if (claimed == null) {
                throw e;
            }
            postpone(kind, claimed, e);
            return true;
        }
    }

    /** How long until the next row of the kind is due; zero or negative if one is. */
    Optional<Duration> untilNextDue(String kind) {
        return transactions
                .platform(tx -> tx.first(
                        NextDue.class,
                        "SELECT due_time, clock_timestamp() AS now FROM due_work WHERE kind = ? ORDER BY due_time LIMIT 1",
                        kind))
                .map(next -> Duration.between(next.now(), next.dueTime()));
    }

    /**
     * The due time becomes infinity inside the claiming transaction, so that a handler which schedules its own object
     * again leaves a trace that {@link #finish} keeps.
     */
    private static Optional<Claimed> claim(PlatformTx tx, String kind) {
        return tx.first(Claimed.class, """
                UPDATE due_work SET due_time = 'infinity'
                WHERE (kind, tenant_id, object_id) = (
                    SELECT kind, tenant_id, object_id FROM due_work
                    WHERE kind = ? AND due_time <= now()
                    ORDER BY due_time LIMIT 1 FOR UPDATE SKIP LOCKED)
                RETURNING tenant_id AS tenant, object_id, attempts
                """, kind);
    }

    private static void finish(TenantTx tx, String kind, Claimed claimed, Optional<Instant> next) {
        if (next.isPresent()) {
            schedule(tx, kind, claimed.objectId(), next.get(), "next look");
            return;
        }
        tx.update(
                "DELETE FROM due_work WHERE kind = ? AND tenant_id = ? AND object_id = ? AND due_time = 'infinity'",
                kind,
                claimed.tenant(),
                claimed.objectId());
    }

    private void postpone(String kind, Claimed claimed, RuntimeException failure) {
        Duration backOff = backOff(claimed.attempts());
        LOG.errorf(
                failure,
                "dueWork.failed kind=%s tenant=%s object=%s attempts=%d retryIn=%s",
                kind,
                claimed.tenant(),
                claimed.objectId(),
                claimed.attempts() + 1,
                backOff);
        // Only while it is still due: a row that another worker handled meanwhile is left alone.
        transactions.platform(
                tx -> tx.update("""
                UPDATE due_work SET due_time = now() + make_interval(secs => ?), attempts = attempts + 1
                WHERE kind = ? AND tenant_id = ? AND object_id = ? AND due_time <= now()
                """, (double) backOff.toSeconds(), kind, claimed.tenant(), claimed.objectId()));
    }

    static Duration backOff(int attempts) {
        Duration doubled = Duration.ofSeconds(1L << Math.min(attempts, MAX_DOUBLINGS));
        return doubled.compareTo(MAX_BACK_OFF) < 0 ? doubled : MAX_BACK_OFF;
    }

    /** Looks at one object and says when to look again, if at all. */
    @FunctionalInterface
    public interface Handler {
        Optional<Instant> handle(TenantTx tx, UUID object);
    }

    record Claimed(TenantId tenant, UUID objectId, int attempts) implements TenantClaim {}

    record NextDue(Instant dueTime, Instant now) {}
}
