package io.weft.api.access;

import io.weft.api.http.Caller;
import io.weft.api.http.Role;
import io.weft.kit.id.TenantId;
import io.weft.kit.tenancy.TenantClaim;
import io.weft.kit.tenancy.TenantTransactions;
import io.weft.kit.tenancy.TenantTx;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HexFormat;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** Finds whom a presented key belongs to. Answers are kept for at most five seconds: a revoked key works no longer. */
@Singleton
class KeyDirectory {
    private static final Duration STALE_AFTER = Duration.ofSeconds(5);
    private static final int MOST_KEPT = 10_000;

    private final TenantTransactions transactions;
    private final InstantSource clock;
    private final Map<String, Known> known = new ConcurrentHashMap<>();

    KeyDirectory(TenantTransactions transactions, InstantSource clock) {
        this.transactions = transactions;
        this.clock = clock;
    }

    /** What a presented key is. */
    sealed interface Found {
        /** It opens what its role may. */
        record Valid(Caller caller) implements Found {}

        /** It once did; {@code reason} is {@code expired} or {@code revoked}. */
        record Ended(Caller caller, String reason) implements Found {}

        /** Malformed, or nobody's. */
        record Unknown() implements Found {}
    }

    private record Known(Caller caller, Instant expireTime, boolean revoked, Instant readTime) {
        Found at(Instant now) {
            if (revoked) {
                return new Found.Ended(caller, "revoked");
            }
            return expireTime.isAfter(now) ? new Found.Valid(caller) : new Found.Ended(caller, "expired");
        }
    }

    private record Owner(TenantId tenant, UUID objectId) implements TenantClaim {}

    private record KeyRow(String role, Instant expireTime, boolean revoked) {}

    Found find(String presented) {
        if (!presented.startsWith(CredentialText.API_KEY) || !CredentialText.wellFormed(presented)) {
            return new Found.Unknown();
        }
        byte[] hash = CredentialText.hash(presented);
        String id = HexFormat.of().formatHex(hash);
        Instant now = clock.instant();
        Known kept = known.get(id);
        if (kept == null || kept.readTime().plus(STALE_AFTER).isBefore(now)) {
            kept = read(hash, now).orElse(null);
            keep(id, kept);
        }
        return kept == null ? new Found.Unknown() : kept.at(now);
    }

    private void keep(String id, @Nullable Known read) {
        if (read == null) {
            known.remove(id);
            return;
        }
        if (known.size() >= MOST_KEPT) {
            known.clear();
        }
        known.put(id, read);
    }

    /** Forgets a key at once in this process. */
    void forget(UUID keyId) {
        known.values().removeIf(key -> key.caller().keyId().equals(keyId));
    }

    private Optional<Known> read(byte[] hash, Instant now) {
        return transactions
                .claim(
                        tx -> tx.first(
                                Owner.class,
                                "SELECT tenant_id AS tenant, object_id FROM credential_index WHERE hash = ? AND kind = 'apiKey'",
                                hash),
                        (owner, tx) -> verified(tx, owner, hash, now))
                .flatMap(found -> found);
    }

    /** The index only says where to look; the key's own row decides. */
    private static Optional<Known> verified(TenantTx tx, Owner owner, byte[] hash, Instant now) {
        return tx.first(
                        KeyRow.class,
                        "SELECT role, expire_time, revoke_time IS NOT NULL AS revoked FROM api_key WHERE id = ? AND hash = ?",
                        owner.objectId(),
                        hash)
                .map(row -> new Known(
                        new Caller(owner.tenant(), owner.objectId(), Role.of(row.role())),
                        row.expireTime(),
                        row.revoked(),
                        now));
    }
}
