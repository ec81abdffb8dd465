package io.weft.kit.work;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.weft.kit.id.TenantId;
import io.weft.kit.id.UuidV7;
import io.weft.kit.tenancy.Notifications;
import io.weft.kit.tenancy.PooledDatabase;
import io.weft.kit.tenancy.TenantTransactions;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class DueWorkIT {
    private static final PooledDatabase DATABASE = new PooledDatabase("weft_upgrade", 6);
    private static final TenantTransactions TENANTS = DATABASE.transactions();
    private static final Notifications NOTIFICATIONS = DATABASE.notifications("weft_upgrade");
    private static final DueWork QUEUE = new DueWork(TENANTS, NOTIFICATIONS);
    private static TenantId acme = new TenantId(new UUID(0, 0));

    record Stored(Instant dueTime, String reason, int attempts) {}

    @BeforeAll
    static void anOrganisation() {
        acme = new TenantId(DATABASE.database().tenant("acme"));
    }

    @AfterAll
    static void end() {
        NOTIFICATIONS.close();
        DATABASE.close();
    }

    private static UUID scheduled(String kind, Duration in) {
        UUID object = UuidV7.next();
        schedule(kind, object, in);
        return object;
    }

    private static void schedule(String kind, UUID object, Duration in) {
        TENANTS.in(acme, tx -> {
            DueWork.schedule(tx, kind, object, tx.now().plus(in), "test");
            return true;
        });
    }

    private static Optional<Stored> stored(String kind, UUID object) {
        return TENANTS.platform(tx -> tx.first(
                Stored.class,
                "SELECT due_time, reason, attempts FROM due_work WHERE kind = ? AND object_id = ?",
                kind,
                object));
    }

    @Test
    void aDueRowIsHandledOnceInItsTenantAndGoes() {
        UUID object = scheduled("once", Duration.ZERO);
        List<UUID> handled = new CopyOnWriteArrayList<>();

        assertThat(QUEUE.runOne("once", (tx, found) -> {
                    assertThat(tx.tenant()).isEqualTo(acme);
                    handled.add(found);
                    return Optional.empty();
                }))
                .isTrue();

        assertThat(handled).containsExactly(object);
        assertThat(stored("once", object)).isEmpty();
        assertThat(QUEUE.runOne("once", (_, _) -> Optional.empty())).isFalse();
    }

    @Test
    void aRowThatIsNotDueYetStays() {
        UUID object = scheduled("later", Duration.ofHours(1));
        assertThat(QUEUE.runOne("later", (_, _) -> Optional.empty())).isFalse();
        assertThat(stored("later", object)).isPresent();
    }

    @Test
    void anEarlierTimeWinsAndALaterOneDoesNotDelay() {
        UUID object = scheduled("least", Duration.ofHours(2));
        schedule("least", object, Duration.ofHours(1));
        Instant earlier = stored("least", object).orElseThrow().dueTime();
        schedule("least", object, Duration.ofHours(3));
        assertThat(stored("least", object).orElseThrow().dueTime()).isEqualTo(earlier);
    }

    @Test
    void theNextLookIsWhenTheHandlerSays() {
        UUID object = scheduled("next", Duration.ZERO);
        QUEUE.runOne("next", (tx, _) -> Optional.of(tx.now().plusSeconds(600)));
        assertThat(stored("next", object).orElseThrow().dueTime())
                .isBetween(Instant.now().plusSeconds(540), Instant.now().plusSeconds(660));
    }

    @Test
    void aHandlerMayScheduleItsOwnObjectAgain() {
        UUID object = scheduled("own", Duration.ZERO);
        QUEUE.runOne("own", (tx, found) -> {
            DueWork.scheduleNow(tx, "own", found, "once more");
            return Optional.of(tx.now().plusSeconds(600));
        });
        Stored stored = stored("own", object).orElseThrow();
        assertThat(stored.dueTime()).isBeforeOrEqualTo(Instant.now());
    }

    @Test
    void whatIsScheduledWhileItsRowIsHandledIsNotLost() throws InterruptedException {
        UUID object = scheduled("race", Duration.ZERO);
        CountDownLatch handling = new CountDownLatch(1);
        CountDownLatch goOn = new CountDownLatch(1);
        Thread worker = Thread.ofVirtual()
                .start(() -> QUEUE.runOne("race", (_, _) -> {
                    handling.countDown();
                    awaitLatch(goOn);
                    return Optional.empty();
                }));
        awaitLatch(handling);
        Thread scheduler = Thread.ofVirtual().start(() -> schedule("race", object, Duration.ZERO));
        await().untilAsserted(() -> assertThat(waitingForALock()).isEqualTo(1));

        goOn.countDown();
        worker.join();
        scheduler.join();

        assertThat(stored("race", object)).isPresent();
        assertThat(QUEUE.runOne("race", (_, _) -> Optional.empty())).isTrue();
    }

    private static int waitingForALock() {
        return TENANTS.<Integer>platform(
                tx -> tx.first(Integer.class, "SELECT count(*)::int FROM pg_locks WHERE NOT granted")
                        .orElseThrow());
    }

    @Test
    void twoWorkersNeverHandleOneRowAtOnce() throws InterruptedException {
        scheduled("locked", Duration.ZERO);
        CountDownLatch handling = new CountDownLatch(1);
        CountDownLatch goOn = new CountDownLatch(1);
        Thread worker = Thread.ofVirtual()
                .start(() -> QUEUE.runOne("locked", (_, _) -> {
                    handling.countDown();
                    awaitLatch(goOn);
                    return Optional.empty();
                }));
        awaitLatch(handling);
        assertThat(QUEUE.runOne("locked", (_, _) -> Optional.empty())).isFalse();
        goOn.countDown();
        worker.join();
    }

    @Test
    void aFailureRollsBackAndComesDueAgainLater() {
        UUID object = scheduled("fails", Duration.ZERO);
        UUID trace = UuidV7.next();
        assertThat(QUEUE.runOne("fails", (tx, _) -> {
                    DueWork.scheduleNow(tx, "trace", trace, "effect of a failed handler");
                    throw new IllegalStateException("on purpose");
                }))
                .isTrue();

        Stored stored = stored("fails", object).orElseThrow();
        assertThat(stored.attempts()).isEqualTo(1);
        assertThat(stored.dueTime()).isAfter(Instant.now().minusSeconds(1));
        assertThat(stored("trace", trace)).isEmpty();
    }

    @Test
    void theBackOffDoublesUpToAMinute() {
        assertThat(List.of(0, 1, 3, 5, 6, 1_000).stream().map(DueWork::backOff).toList())
                .containsExactly(
                        Duration.ofSeconds(1),
                        Duration.ofSeconds(2),
                        Duration.ofSeconds(8),
                        Duration.ofSeconds(32),
                        Duration.ofSeconds(60),
                        Duration.ofSeconds(60));
    }

    @Test
    void aLoopIsWokenByANotificationAndByADueTime() {
        AtomicInteger handled = new AtomicInteger();
        try (Loop _ = QUEUE.claimLoop("loop", 2, (_, _) -> {
            handled.incrementAndGet();
            return Optional.empty();
        })) {
            for (int number = 0; number < 20; number++) {
                scheduled("loop", Duration.ofMillis(number * 25L));
            }
            await().atMost(Duration.ofSeconds(10))
                    .untilAsserted(() -> assertThat(handled).hasValue(20));
        }
        scheduled("loop", Duration.ZERO);
        await().during(Duration.ofMillis(300))
                .untilAsserted(() -> assertThat(handled).hasValue(20));
    }

    private static void awaitLatch(CountDownLatch latch) {
        try {
            if (!latch.await(10, TimeUnit.SECONDS)) {
                throw new IllegalStateException("Nobody opened the latch in time");
            }
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }
}
