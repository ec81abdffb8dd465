package io.weft.kit.seal;

import io.weft.kit.id.TenantId;
import io.weft.kit.tenancy.PlatformTx;
import io.weft.kit.tenancy.TenantTx;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Seals the entries of an organisation that no seal has yet. {@code audit_pending} holds exactly those: its row is
 * committed with the entry, and taken away with the seal, so an entry that commits late is in the next seal whatever its
 * time says. One at a time per organisation; the caller's claim of due work sees to that.
 */
public final class Sealer {
    /** Most entries of one seal: what verification holds in memory. */
    public static final int MOST_ENTRIES = 1000;

    private static final int READ_AT_ONCE = 100;
    private static final String NEXT = "SELECT p.entry_id, p.entry_time, " + SealedEntry.COLUMNS + """
            FROM audit_pending p LEFT JOIN audit_entry e
                ON (e.tenant_id, e.time, e.id) = (p.tenant_id, p.entry_time, p.entry_id)
            WHERE (?::timestamptz IS NULL OR (p.entry_time, p.entry_id) > (?::timestamptz, ?::uuid))
            ORDER BY p.entry_time, p.entry_id LIMIT ?
            """;

    private final SealingKey key;
    private final String keyId;
    private final Map<TenantId, Head> newest = new ConcurrentHashMap<>();

    public Sealer(SealingKey key) {
        this.key = key;
        this.keyId = key.id();
    }

    record Head(long number, String digest) {
        static final Head NONE = new Head(0, Digests.NONE);
    }

    private record LastSeal(long number, String statement) {}

    private record PendingRow(
            UUID entryId,
            Instant entryTime,
            @Nullable UUID id,
            @Nullable Instant time,
            @Nullable String actorKind,
            @Nullable String actor,
            @Nullable String action,
            @Nullable String targetKind,
            @Nullable String targetId,
            @Nullable Long generationBefore,
            @Nullable Long generationAfter,
            @Nullable String detail,
            @Nullable String requestId) {

        /** An entry that somebody removed before it was sealed is named, with a digest that no entry has. */
        SealStatement.Leaf leaf(TenantId tenant) {
            if (id == null
                    || time == null
                    || actorKind == null
                    || actor == null
                    || action == null
                    || targetKind == null
                    || targetId == null
                    || detail == null) {
                return new SealStatement.Leaf(Digests.NONE, entryId, entryTime);
            }
            SealedEntry entry = new SealedEntry(
                    id,
                    time,
                    actorKind,
                    actor,
                    action,
                    targetKind,
                    targetId,
                    generationBefore,
                    generationAfter,
                    detail,
                    requestId);
            return new SealStatement.Leaf(entry.digest(tenant), entryId, entryTime);
        }
    }

    /** Makes the public key known to those who verify. Old keys stay. */
    public void publishKey(PlatformTx tx) {
        tx.update(
                "INSERT INTO audit_key (id, public_key) VALUES (?, ?) ON CONFLICT DO NOTHING", keyId, key.publicKey());
    }

    /** Writes one seal if there is anything to seal; gives the number of its entries, {@link #MOST_ENTRIES} if there may be more. */
    public int seal(TenantTx tx) {
        Head head = head(tx);
        List<SealStatement.Leaf> leaves = pending(tx);
        if (leaves.isEmpty()) {
            return 0;
        }
        SealStatement statement =
                new SealStatement(tx.tenant(), head.number() + 1, tx.now(), head.digest(), keyId, leaves);
        write(tx, statement);
        return leaves.size();
    }

    /**
     * The seal to go on from. It is the newest of what the table holds, of what the head says and of what this process saw:
     * whoever cut the log's end off leaves a gap in the numbers that stays for good.
     */
    private Head head(TenantTx tx) {
        Head seen = newest.getOrDefault(tx.tenant(), Head.NONE);
        Head stored = tx.first(Head.class, "SELECT number, digest FROM audit_head")
                .filter(head -> head.number() > seen.number())
                .orElse(seen);
        Head head = tx.first(
                        LastSeal.class,
                        "SELECT number, statement FROM audit_seal WHERE number > ? ORDER BY number DESC LIMIT 1",
                        stored.number())
                .map(seal -> new Head(seal.number(), Digests.of(seal.statement())))
                .orElse(stored);
        newest.put(tx.tenant(), head);
        return head;
    }

    private static List<SealStatement.Leaf> pending(TenantTx tx) {
        List<SealStatement.Leaf> leaves = new ArrayList<>();
        SealStatement.Leaf last = null;
        while (leaves.size() < MOST_ENTRIES) {
            Instant after = last == null ? null : last.time();
            List<PendingRow> rows =
                    tx.list(PendingRow.class, NEXT, after, after, last == null ? null : last.id(), READ_AT_ONCE);
            rows.forEach(row -> leaves.add(row.leaf(tx.tenant())));
            if (rows.size() < READ_AT_ONCE) {
                break;
            }
            last = leaves.getLast();
        }
        return leaves;
    }

    private void write(TenantTx tx, SealStatement statement) {
        String text = statement.text();
        tx.update(
                """
                INSERT INTO audit_seal (tenant_id, number, time, first_time, last_time, entries, statement, key_id, signature)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
                """,
                tx.tenant(),
                statement.number(),
                statement.time(),
                statement.firstTime(),
                statement.lastTime(),
                statement.leaves().size(),
                text,
                keyId,
                key.sign(text));
        String digest = Digests.of(text);
        tx.update(
                """
                INSERT INTO audit_head (tenant_id, number, digest, key_id, signature) VALUES (?, ?, ?, ?, ?)
                ON CONFLICT (tenant_id) DO UPDATE SET number = excluded.number, digest = excluded.digest,
                    key_id = excluded.key_id, signature = excluded.signature
                """,
                tx.tenant(),
                statement.number(),
                digest,
                keyId,
                key.sign(HeadStatement.text(tx.tenant(), statement.number(), digest)));
        tx.update(
                "DELETE FROM audit_pending WHERE entry_time BETWEEN ? AND ? AND entry_id = ANY(?::uuid[])",
                statement.firstTime(),
                statement.lastTime(),
                statement.leaves().stream().map(SealStatement.Leaf::id).toList());
    }
}
