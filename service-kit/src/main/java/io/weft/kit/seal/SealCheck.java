package io.weft.kit.seal;

import io.weft.kit.id.PublicId;
import io.weft.kit.seal.SealFault.Kind;
import io.weft.kit.tenancy.TenantTx;
import java.security.PublicKey;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Recomputes a piece of an organisation's log and compares it with its seals: at most {@value #MOST_SEALS} seals or about
 * {@value #MOST_ENTRIES} entries, in one snapshot. It ends at the first fault.
 */
public final class SealCheck {
    static final int MOST_SEALS = 200;
    static final int MOST_ENTRIES = 10_000;

    private static final int LOOKED_AT_ONCE = 10_000;
    private static final int MOST_NOWHERE = 1000;

    private final TenantTx tx;
    private final SealRange range;
    private final Map<String, PublicKey> keys = new HashMap<>();
    private final Set<String> keysUsed = new TreeSet<>();
    private final Set<UUID> sealed = new HashSet<>();
    private final Set<Long> looked = new HashSet<>();
    private final Instant removedBefore;
    private long seals;
    private long entries;
    private long removed;
    private long firstNumber;
    private boolean atEnd;
    private @Nullable Sealed last;

    private SealCheck(TenantTx tx, SealRange range, SealTrust trust, Optional<Instant> removedBefore) {
        this.tx = tx;
        this.range = range;
        this.removedBefore = removedBefore
                .map(before -> before.isBefore(trust.removableBefore()) ? before : trust.removableBefore())
                .orElse(Instant.MIN);
        SealRows.keys(tx)
                .forEach(key -> SealKeys.read(key.id(), key.publicKey())
                        .filter(_ -> trust.trusts(key.id()))
                        .ifPresent(read -> keys.put(key.id(), read)));
    }

    /**
     * What was found.
     *
     * @param seals that were checked, {@code entries} in them that were recomputed, {@code removed} that were not there any
     *     more because their month was removed
     * @param next where to go on; null: the range is done
     */
    public record Found(
            long seals,
            long entries,
            long removed,
            Optional<SealFault> fault,
            SealRange.@Nullable Position next,
            Set<String> keys,
            Optional<Instant> removedBefore) {
        public Found {
            keys = Set.copyOf(keys);
        }
    }

    /**
     * The newest seal, as an auditor may note it down elsewhere and bring back as a known head.
     *
     * @param sealTime when it was made
     * @param sealedThrough time of its latest entry
     * @param pending entries that wait for a seal, counted up to 100,000; {@code oldestPending} the time of the first
     */
    public record State(
            Optional<String> head,
            Optional<Instant> sealTime,
            Optional<Instant> sealedThrough,
            long pending,
            Optional<Instant> oldestPending) {}

    public static State state(TenantTx tx) {
        Optional<Sealed> newest = SealRows.newest(tx);
        SealRows.Pending pending = SealRows.pending(tx);
        return new State(
                newest.map(seal -> seal.number() + ":" + seal.digest()),
                newest.map(Sealed::time),
                newest.map(Sealed::lastTime),
                pending.number(),
                pending.oldest());
    }

    /** Call it in a snapshot: entries that are sealed between two of its statements would look added. */
    public static Found check(TenantTx tx, SealRange range, SealTrust trust) {
        Optional<Instant> removedBefore = SealRows.removedBefore(tx);
        SealCheck check = new SealCheck(tx, range, trust, removedBefore);
        Optional<SealFault> fault = check.run();
        SealRange.Position next = fault.isPresent() || check.atEnd ? null : check.position();
        return new Found(
                check.seals, check.entries, check.removed, fault, next, Set.copyOf(check.keysUsed), removedBefore);
    }

    /** Whether a head that somebody noted down, {@code <number>:<digest>}, still is in the log. */
    public static Optional<SealFault> knownHead(TenantTx tx, long number, String digest) {
        return SealRows.numbered(tx, number)
                        .filter(seal -> seal.digest().equals(digest))
                        .isPresent()
                ? Optional.empty()
                : Optional.of(SealFault.of(
                        number,
                        Kind.KNOWN_HEAD_MISSING,
                        "Seal " + number + " with that digest was the newest once and is not in the log"));
    }

    private Optional<SealFault> run() {
        Optional<SealFault> fault = seals();
        Optional<SealFault> added = added(fault.isPresent());
        return added.filter(
                        found -> fault.isEmpty() || found.seal() <= fault.get().seal())
                .or(() -> fault);
    }

    private Optional<SealFault> seals() {
        SealRange.Position after = range.after();
        long before = after == null ? SealRows.before(tx, range) : after.seal();
        if (before > 0) {
            last = SealRows.numbered(tx, before).orElse(null);
            if (last == null) {
                return Optional.of(missing(before, before));
            }
        }
        long expected = before + 1;
        firstNumber = expected;
        while (seals < MOST_SEALS && entries + removed < MOST_ENTRIES) {
            Optional<Sealed> next = SealRows.behind(tx, expected - 1);
            if (next.isEmpty() || range.endsBefore(next.get().firstTime())) {
                atEnd = true;
                return next.isEmpty() ? head(expected - 1) : Optional.empty();
            }
            Optional<SealFault> fault = next.get().number() == expected
                    ? one(next.get())
                    : Optional.of(missing(expected, next.get().number() - 1));
            if (fault.isPresent()) {
                return fault;
            }
            last = next.get();
            seals++;
            expected++;
        }
        return Optional.empty();
    }

    private static SealFault missing(long from, long through) {
        return SealFault.of(
                from,
                Kind.SEALS_MISSING,
                from == through
                        ? "Seal " + from + " is not there"
                        : "Seals " + from + " to " + through + " are not there");
    }

    private Optional<SealFault> one(Sealed seal) {
        PublicKey key = keys.get(seal.keyId());
        if (key == null) {
            return Optional.of(SealFault.of(
                    seal.number(),
                    Kind.KEY_UNKNOWN,
                    "It names key " + seal.keyId() + ", which is not known or not trusted"));
        }
        keysUsed.add(seal.keyId());
        Optional<SealStatement> statement = seal.read(tx.tenant());
        if (!SealKeys.signed(key, seal.statement(), seal.signature()) || statement.isEmpty()) {
            return Optional.of(SealFault.of(
                    seal.number(), Kind.SEAL_CHANGED, "Its statement does not fit its signature or its row"));
        }
        String previous = last == null ? Digests.NONE : last.digest();
        if (!statement.get().previous().equals(previous)) {
            return Optional.of(SealFault.of(
                    seal.number(), Kind.CHAIN_BROKEN, "It names another statement than that of the seal before it"));
        }
        return entriesOf(statement.get());
    }

    private Optional<SealFault> entriesOf(SealStatement statement) {
        List<SealStatement.Leaf> missing = new ArrayList<>();
        List<SealStatement.Leaf> changed = new ArrayList<>();
        SealRows.entries(tx, statement.leaves(), (leaf, entry) -> {
            sealed.add(leaf.id());
            if (entry != null) {
                entries++;
                if (!entry.digest(tx.tenant()).equals(leaf.digest())) {
                    changed.add(leaf);
                }
            } else if (leaf.time().isBefore(removedBefore)) {
                removed++;
            } else {
                missing.add(leaf);
            }
        });
        if (!missing.isEmpty()) {
            return Optional.of(SealFault.ofEntries(
                    statement.number(), Kind.ENTRIES_MISSING, "are not in the log", Sealed.ids(missing)));
        }
        return changed.isEmpty()
                ? Optional.empty()
                : Optional.of(SealFault.ofEntries(
                        statement.number(), Kind.ENTRIES_CHANGED, "are not what was sealed", Sealed.ids(changed)));
    }

    /** The newest seal there is must be the one that the head names. */
    private Optional<SealFault> head(long newest) {
        Optional<SealRows.Head> stored = SealRows.head(tx);
        if (stored.isEmpty()) {
            return newest == 0
                    ? Optional.empty()
                    : Optional.of(SealFault.of(
                            newest + 1, Kind.HEAD_CHANGED, "There are seals, but no head that names the newest"));
        }
        SealRows.Head head = stored.get();
        if (head.number() > newest) {
            return Optional.of(missing(newest + 1, head.number()));
        }
        PublicKey key = keys.get(head.keyId());
        boolean fits = key != null
                && head.number() == newest
                && last != null
                && head.digest().equals(last.digest())
                && SealKeys.signed(
                        key, HeadStatement.text(tx.tenant(), head.number(), head.digest()), head.signature());
        return fits
                ? Optional.empty()
                : Optional.of(
                        SealFault.of(newest, Kind.HEAD_CHANGED, "The signed head names another seal as the newest"));
    }

    /** Entries that no seal names and that wait for none. */
    private Optional<SealFault> added(boolean stopped) {
        if (stopped && last == null) {
            return Optional.empty();
        }
        Instant through = atEnd && !stopped ? range.to() : last == null ? null : last.lastTime();
        List<SealRows.Unsealed> nowhere = nowhere(through);
        if (nowhere.isEmpty()) {
            return Optional.empty();
        }
        long behind = last == null ? 1 : last.number() + 1;
        return Optional.of(SealFault.ofEntries(
                SealRows.firstWithEntriesFrom(tx, nowhere.getFirst().time()).orElse(behind),
                Kind.ENTRIES_ADDED,
                "are in the log without a seal",
                nowhere.stream()
                        .map(entry -> PublicId.format(SealedEntry.PREFIX, entry.id()))
                        .toList()));
    }

    /** Entries up to a time that neither a seal names nor the queue holds; reading ends once there are many. */
    private List<SealRows.Unsealed> nowhere(@Nullable Instant through) {
        List<SealRows.Unsealed> nowhere = new ArrayList<>();
        Instant after = range.lookedFrom().orElse(null);
        UUID afterId = null;
        List<SealRows.Unsealed> piece;
        do {
            piece = SealRows.notPending(tx, after, afterId, through, LOOKED_AT_ONCE);
            nowhere.addAll(without(
                    piece.stream().filter(entry -> !sealed.contains(entry.id())).toList()));
            if (!piece.isEmpty()) {
                after = piece.getLast().time();
                afterId = piece.getLast().id();
            }
        } while (piece.size() == LOOKED_AT_ONCE && nowhere.size() < MOST_NOWHERE);
        return nowhere.subList(0, Math.min(MOST_NOWHERE, nowhere.size()));
    }

    /** Takes away what a seal of another piece holds: entries that committed late. An unsigned seal holds nothing. */
    private List<SealRows.Unsealed> without(List<SealRows.Unsealed> candidates) {
        if (candidates.isEmpty()) {
            return List.of();
        }
        for (long number : SealRows.around(
                tx,
                candidates.getFirst().time(),
                candidates.getLast().time(),
                firstNumber,
                last == null ? 0 : last.number())) {
            if (looked.add(number)) {
                SealRows.numbered(tx, number)
                        .filter(this::signed)
                        .flatMap(seal -> seal.read(tx.tenant()))
                        .ifPresent(statement -> statement.leaves().forEach(leaf -> sealed.add(leaf.id())));
            }
        }
        return candidates.stream().filter(entry -> !sealed.contains(entry.id())).toList();
    }

    private boolean signed(Sealed seal) {
        PublicKey key = keys.get(seal.keyId());
        return key != null && SealKeys.signed(key, seal.statement(), seal.signature());
    }

    private SealRange.Position position() {
        if (last == null) {
            throw new IllegalStateException("a piece that is not the last one has a seal");
        }
        Instant through = range.lookedThrough()
                .filter(looked -> looked.isAfter(lastTime()))
                .orElseGet(this::lastTime);
        return new SealRange.Position(last.number(), through);
    }

    private Instant lastTime() {
        return last == null ? Instant.MIN : last.lastTime();
    }
}
