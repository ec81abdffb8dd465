package io.weft.kit.seal;

import io.weft.kit.id.TenantId;
import io.weft.kit.tenancy.TenantTx;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/** Reads seals and the entries that they name. */
final class SealRows {
    private static final int READ_AT_ONCE = 100;
    private static final int MOST_NOWHERE = 1000;

    private SealRows() {}

    record Pending(long number, Optional<Instant> oldest) {}

    record Head(long number, String digest, String keyId, byte[] signature) {}

    record Key(String id, byte[] publicKey) {}

    record Unsealed(UUID id, Instant time) {}

    private record Lowest(@Nullable Long number) {}

    /** The first seal that may hold an entry of the range; empty: there is none. */
    static Optional<Long> first(TenantTx tx, SealRange range) {
        return range.from() == null
                ? tx.first(Long.class, "SELECT number FROM audit_seal ORDER BY number LIMIT 1")
                : firstWithEntriesFrom(tx, range.from());
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

    static Pending pending(TenantTx tx) {
        return tx.first(Pending.class, "SELECT count(*) AS number, min(entry_time) AS oldest FROM audit_pending")
                .orElseThrow();
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

    /** Entries that wait for their seal, behind a position. */
    static List<SealedEntry> waiting(TenantTx tx, @Nullable Instant afterTime, @Nullable UUID afterId, int limit) {
        return tx.list(
                SealedEntry.class,
                "SELECT " + SealedEntry.COLUMNS + """
                FROM audit_pending p JOIN audit_entry e
                    ON (e.tenant_id, e.time, e.id) = (p.tenant_id, p.entry_time, p.entry_id)
                WHERE (?::timestamptz IS NULL OR (p.entry_time, p.entry_id) > (?::timestamptz, ?::uuid))
                ORDER BY p.entry_time, p.entry_id LIMIT ?
                """,
                afterTime,
                afterTime,
                afterId,
                limit);
    }

    /**
     * Entries of the range that wait for no seal.
     *
     * @param after exclusive; null: from {@code from} on
     */
    static List<Unsealed> notPending(
            TenantTx tx, @Nullable Instant from, @Nullable Instant after, @Nullable Instant through, int limit) {
        return tx.list(
                Unsealed.class,
                """
                SELECT e.id, e.time FROM audit_entry e
                WHERE (?::timestamptz IS NULL OR e.time >= ?::timestamptz) AND (?::timestamptz IS NULL OR e.time > ?::timestamptz)
                    AND (?::timestamptz IS NULL OR e.time <= ?::timestamptz)
                    AND NOT EXISTS (SELECT 1 FROM audit_pending p
                        WHERE (p.tenant_id, p.entry_time, p.entry_id) = (e.tenant_id, e.time, e.id))
                ORDER BY e.time, e.id LIMIT ?
                """,
                from,
                from,
                after,
                after,
                through,
                through,
                limit);
    }

    /** Takes away what a seal outside the piece holds: entries that committed late, or an earlier piece's. */
    static List<Unsealed> sealedNowhere(TenantTx tx, TenantId tenant, List<Unsealed> entries) {
        Set<Long> read = new HashSet<>();
        Set<UUID> sealed = new HashSet<>();
        List<Unsealed> nowhere = new ArrayList<>();
        for (Unsealed entry : entries) {
            if (!sealed.contains(entry.id())) {
                for (long number : tx.list(
                        Long.class,
                        "SELECT number FROM audit_seal WHERE first_time <= ? AND last_time >= ? ORDER BY number",
                        entry.time(),
                        entry.time())) {
                    if (read.add(number)) {
                        numbered(tx, number)
                                .flatMap(seal -> seal.read(tenant))
                                .ifPresent(statement -> statement.leaves().forEach(leaf -> sealed.add(leaf.id())));
                    }
                }
            }
            if (!sealed.contains(entry.id())) {
                nowhere.add(entry);
            }
            if (nowhere.size() >= MOST_NOWHERE) {
                break;
            }
        }
        return nowhere;
    }
}
