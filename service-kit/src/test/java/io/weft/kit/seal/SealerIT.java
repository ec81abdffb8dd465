package io.weft.kit.seal;

import static org.assertj.core.api.Assertions.assertThat;

import io.weft.kit.tenancy.PooledDatabase;
import io.weft.kit.tenancy.TenantTransactions;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;

class SealerIT {
    private static final int WRITERS = 6;
    private static final int TRANSACTIONS_EACH = 40;
    private static final PooledDatabase DATABASE = new PooledDatabase("weft_upgrade", WRITERS + 3);
    private static final TenantTransactions TENANTS = DATABASE.transactions();

    @AfterAll
    static void stop() {
        DATABASE.close();
    }

    @Test
    void anEntryThatCommitsAfterTheSealOfALaterOneIsInTheNextSeal() throws Exception {
        Ledger ledger = new Ledger(DATABASE);
        CountDownLatch written = new CountDownLatch(1);
        CountDownLatch mayCommit = new CountDownLatch(1);
        try (ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor()) {
            Future<?> slow = executor.submit(() -> TENANTS.in(ledger.tenant, tx -> {
                Ledger.record(tx, "early");
                written.countDown();
                return await(mayCommit);
            }));
            assertThat(written.await(20, TimeUnit.SECONDS)).isTrue();
            ledger.write(1);

            assertThat(ledger.seal()).isEqualTo(1);
            assertThat(ledger.check().fault()).isEmpty();
            mayCommit.countDown();
            slow.get(20, TimeUnit.SECONDS);
            assertThat(ledger.state().pending()).isEqualTo(1);
            assertThat(ledger.seal()).isEqualTo(1);
        }

        List<Sealed> seals = seals(ledger);
        assertThat(seals).hasSize(2);
        assertThat(seals.get(1).lastTime())
                .as("sealed later, although its time is earlier")
                .isBefore(seals.get(0).firstTime());
        SealCheck.Found found = ledger.check();
        assertThat(found.fault()).isEmpty();
        assertThat(found.entries()).isEqualTo(2);
        assertThat(ledger.state().pending()).isZero();
    }

    @Test
    void noWriterWaitsForASealThatIsBeingWritten() {
        Ledger ledger = new Ledger(DATABASE);
        ledger.write(1);
        try (ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor()) {
            TENANTS.in(ledger.tenant, tx -> {
                assertThat(ledger.sealer.seal(tx)).isEqualTo(1);
                assertThat(executor.submit(() -> ledger.write(3))).succeedsWithin(Duration.ofSeconds(10));
                return true;
            });
        }

        assertThat(ledger.state().pending()).isEqualTo(3);
        assertThat(ledger.check().fault()).isEmpty();
    }

    @Test
    void ofManyWritersEachCommittedEntryIsInExactlyOneSealAndNoOtherIs() throws Exception {
        Ledger ledger = new Ledger(DATABASE);
        CountDownLatch done = new CountDownLatch(WRITERS);
        List<Future<Integer>> writers = new ArrayList<>();
        try (ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int writer = 0; writer < WRITERS; writer++) {
                Random random = new Random(writer);
                writers.add(executor.submit(() -> {
                    try {
                        return write(ledger, random);
                    } finally {
                        done.countDown();
                    }
                }));
            }
            while (done.getCount() > 0) {
                ledger.seal();
                assertThat(ledger.check().fault()).isEmpty();
            }
            while (ledger.seal() > 0) {
                assertThat(ledger.check().fault()).isEmpty();
            }
        }
        int committed = 0;
        for (Future<Integer> writer : writers) {
            committed += writer.get();
        }

        List<UUID> sealed = seals(ledger).stream()
                .flatMap(seal -> seal.read(ledger.tenant).orElseThrow().leaves().stream())
                .map(SealStatement.Leaf::id)
                .toList();
        Set<UUID> there =
                new HashSet<>(TENANTS.in(ledger.tenant, tx -> tx.list(UUID.class, "SELECT id FROM audit_entry")));
        assertThat(sealed).doesNotHaveDuplicates().hasSize(committed).containsExactlyInAnyOrderElementsOf(there);
        assertThat(seals(ledger)).as("sealed while they wrote").hasSizeGreaterThan(3);
    }

    /** Transactions of any length; every fourth is rolled back. */
    private static int write(Ledger ledger, Random random) {
        int committed = 0;
        for (int i = 0; i < TRANSACTIONS_EACH; i++) {
            boolean keep = random.nextInt(4) > 0;
            int pause = random.nextInt(12);
            TENANTS.in(ledger.tenant, tx -> {
                Ledger.record(tx, "t");
                sleep(pause);
                if (!keep) {
                    tx.rollBackAtEnd();
                }
                return true;
            });
            committed += keep ? 1 : 0;
        }
        return committed;
    }

    @Test
    void aBacklogIsSealedInPiecesOfAThousand() {
        Ledger ledger = new Ledger(DATABASE);
        TENANTS.in(ledger.tenant, tx -> {
            for (int i = 0; i < 2_001; i++) {
                Ledger.record(tx, "t");
            }
            return true;
        });

        assertThat(List.of(ledger.seal(), ledger.seal(), ledger.seal(), ledger.seal()))
                .containsExactly(1000, 1000, 1, 0);
        SealCheck.Found found = ledger.check();
        assertThat(found.fault()).isEmpty();
        assertThat(found.entries()).isEqualTo(2_001);
    }

    @Test
    void anotherKeyGoesOnAndTheFormerStillVerifies() {
        Ledger ledger = new Ledger(DATABASE);
        ledger.writeAndSeal(1, 1);
        Sealer next = new Sealer(Ledger.key(2));
        ledger.publish(next);
        ledger.write(1);
        ledger.seal(next);

        SealCheck.Found found = ledger.check();
        assertThat(found.fault()).isEmpty();
        assertThat(found.keys())
                .containsExactlyInAnyOrder(Ledger.key(1).id(), Ledger.key(2).id());
    }

    @Test
    void nothingIsWrittenWhereNothingHappened() {
        Ledger ledger = new Ledger(DATABASE);

        assertThat(ledger.seal()).isZero();
        assertThat(seals(ledger)).isEmpty();
        assertThat(ledger.check().fault()).isEmpty();
        assertThat(ledger.state().sealedThrough()).isEmpty();
    }

    @Test
    void aLogCutOffIsContinuedBehindTheGap() {
        Ledger ledger = new Ledger(DATABASE);
        ledger.writeAndSeal(3, 2);
        assertThat(ledger.seal())
                .as("a look without entries remembers the newest seal")
                .isZero();
        ledger.asOwner(
                "DELETE FROM audit_entry WHERE time >= (SELECT first_time FROM audit_seal WHERE number = 2)",
                "DELETE FROM audit_seal WHERE number >= 2",
                "DELETE FROM audit_head");

        ledger.writeAndSeal(1, 1);

        assertThat(seals(ledger)).extracting(Sealed::number).containsExactly(1L, 4L);
        assertThat(ledger.check().fault()).get().satisfies(fault -> {
            assertThat(fault.kind()).isEqualTo(SealFault.Kind.SEALS_MISSING);
            assertThat(fault.message()).isEqualTo("Seals 2 to 3 are not there");
        });
    }

    private static List<Sealed> seals(Ledger ledger) {
        return TENANTS.in(ledger.tenant, tx -> tx.list(Sealed.class, Sealed.COLUMNS + "ORDER BY number"));
    }

    private static Instant await(CountDownLatch latch) {
        try {
            assertThat(latch.await(20, TimeUnit.SECONDS)).isTrue();
            return Instant.EPOCH;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    private static void sleep(int milliseconds) {
        try {
            Thread.sleep(milliseconds);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }
}
