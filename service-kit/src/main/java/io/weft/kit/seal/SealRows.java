package io.weft.kit.seal;

import io.weft.kit.tenancy.TenantTx;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/** Reads seals and the entries that they name. */
final class SealRows {
    private static final int READ_AT_ONCE = 100;
    private static final UUID HIGHEST = new UUID(-1, -1);
    private static final int MOST_COUNTED = 100_000;

    private SealRows() {}

    record Pending(long number, Optional<Instant> oldest) {}

    record Head(long number, String digest, String keyId, byte[] signature) {}

    record Key(String id, byte[] publicKey) {}

    record Unsealed(UUID id, Instant time) {}

    /** An entry that has no digest yet. */
    record Waiting(UUID id, Instant time) {
        SealStatement.Leaf leaf() {
            return new SealStatement.Leaf(Digests.NONE, id, time);
        }
    }

    private record Lowest(@Nullable Long number) {}

    /** The number behind which seals may hold entries of the range: the newest one's where there are none. */
    static long before(TenantTx tx, SealRange range) {
        Optional<Long> first = range.from() == null
                ? tx.first(Long.class, "SELECT number FROM audit_seal ORDER BY number LIMIT 1")
                : firstWithEntriesFrom(tx, range.from());
        return first.map(number -> number - 1)
                .or(() -> newest(tx).map(Sealed::number))
                .orElse(0L);
    }

    /**
     * The first seal with an entry of this time or a later one. Numbers follow times but for entries that committed late, so
     * the lowest number among the nearest seals is it.
     */
    static Optional<Long> firstWithEntriesFrom(TenantTx tx, Instant time) {
        return tx.first(Lowest.class, """
                        SELECT min(number) AS number FROM (
                            SELECT number FROM audit_seal WHERE last_time >= ? ORDER BY last_time LIMIT 1000) s
                        """, time).flatMap(lowest -> Optional.ofNullable(lowest.number()));
    }

    /** The next seal behind a number. */
    static Optional<Sealed> behind(TenantTx tx, long number) {
        return tx.first(Sealed.class, Sealed.COLUMNS + "WHERE number > ? ORDER BY number LIMIT 1", number);
    }

    static Optional<Sealed> numbered(TenantTx tx, long number) {
        return tx.first(Sealed.class, Sealed.COLUMNS + "WHERE number = ?", number);
    }

    static Optional<Sealed> newest(TenantTx tx) {
        return tx.first(Sealed.class, Sealed.COLUMNS + "ORDER BY number DESC LIMIT 1");
    }

    static Optional<Head> head(TenantTx tx) {
        return tx.first(Head.class, "SELECT number, digest, key_id, signature FROM audit_head");
    }

    static List<Key> keys(TenantTx tx) {
        return tx.list(Key.class, "SELECT id, public_key FROM audit_key ORDER BY create_time, id");
    }

    /** How many wait for a seal, counted up to {@value #MOST_COUNTED}. */
    static Pending pending(TenantTx tx) {
        return tx.first(Pending.class, """
                        SELECT (SELECT count(*) FROM (SELECT FROM audit_pending LIMIT ?) p) AS number,
                            (SELECT min(entry_time) FROM audit_pending) AS oldest
                        """, MOST_COUNTED).orElseThrow();
    }

    /** Up to when whole months were removed. */
    static Optional<Instant> removedBefore(TenantTx tx) {
        record Removal(Optional<Instant> before) {}
        return tx.first(Removal.class, "SELECT max(before) AS before FROM audit_removal")
                .flatMap(Removal::before);
    }

    /** Gives each leaf its entry, or null; a bounded number of entries is held at once. */
    static void entries(
            TenantTx tx, List<SealStatement.Leaf> leaves, BiConsumer<SealStatement.Leaf, @Nullable SealedEntry> each) {
        for (int from = 0; from < leaves.size(); from += READ_AT_ONCE) {
            List<SealStatement.Leaf> piece = leaves.subList(from, Math.min(leaves.size(), from + READ_AT_ONCE));
            Map<UUID, SealedEntry> found = new HashMap<>();
            tx.list(
                            SealedEntry.class,
                            "SELECT " + SealedEntry.COLUMNS
                                    + "FROM audit_entry e WHERE e.time BETWEEN ? AND ? AND e.id = ANY(?::uuid[])",
                            piece.getFirst().time(),
                            piece.getLast().time(),
                            piece.stream().map(SealStatement.Leaf::id).toList())
                    .forEach(entry -> found.put(entry.id(), entry));
            piece.forEach(leaf -> each.accept(leaf, found.get(leaf.id())));
        }
    }

    /** Which entries before a time wait for their seal. */
    static List<Waiting> waiting(TenantTx tx, @Nullable Instant before, int limit) {
        return tx.list(Waiting.class, """
                SELECT entry_id AS id, entry_time AS time FROM audit_pending
                WHERE (?::timestamptz IS NULL OR entry_time < ?::timestamptz) ORDER BY entry_time, entry_id LIMIT ?
                """, before, before, limit);
    }

    /**
     * Entries that wait for no seal, in order. Absent bounds are infinite: with a condition such as {@code ? IS NULL OR}, or
     * a function that row security does not know as harmless, each piece would read the log from its beginning.
     *
     * @param after exclusive; without an id all entries of that time are left out
     * @param through inclusive
     */
    static List<Unsealed> notPending(
            TenantTx tx, @Nullable Instant after, @Nullable UUID afterId, @Nullable Instant through, int limit) {
        return tx.list(
                Unsealed.class,
                """
                SELECT e.id, e.time FROM audit_entry e
                WHERE e.time >= ?::timestamptz AND e.time <= ?::timestamptz AND (e.time, e.id) > (?::timestamptz, ?::uuid)
                    AND NOT EXISTS (SELECT 1 FROM audit_pending p
                        WHERE (p.tenant_id, p.entry_time, p.entry_id) = (e.tenant_id, e.time, e.id))
                ORDER BY e.time, e.id LIMIT ?
                """,
                bound(after, "-infinity"),
                bound(through, "infinity"),
                bound(after, "-infinity"),
                afterId == null ? HIGHEST : afterId,
                limit);
    }

    private static String bound(@Nullable Instant time, String absent) {
        return time == null ? absent : time.toString();
    }

    /** Seals that may hold an entry between two times, but for those of a range of numbers. */
    static List<Long> around(TenantTx tx, Instant first, Instant last, long exceptFrom, long exceptThrough) {
        return tx.list(Long.class, """
                SELECT number FROM audit_seal
                WHERE first_time <= ? AND last_time >= ? AND NOT number BETWEEN ? AND ? ORDER BY number
                """, last, first, exceptFrom, exceptThrough);
    }
}
