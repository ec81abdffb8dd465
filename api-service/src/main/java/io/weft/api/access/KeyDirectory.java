package io.weft.api.access;

import io.weft.api.http.Caller;
import io.weft.api.http.Grants;
import io.weft.api.http.Grants.Grant;
import io.weft.api.http.Role;
import io.weft.kit.id.TenantId;
import io.weft.kit.tenancy.Notifications;
import io.weft.kit.tenancy.Reach.Scope;
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

/**
 * Finds whom a presented key belongs to, and what it may do. Answers are kept for at most five seconds, and dropped when a
 * process tells that rights have changed: a revoked key works no longer.
 */
@Singleton
class KeyDirectory {
    private static final Duration STALE_AFTER = Duration.ofSeconds(5);
    private static final String CHANNEL = "access";
    private static final int MOST_KEPT = 10_000;

    private final TenantTransactions transactions;
    private final InstantSource clock;
    private final Map<String, Known> known = new ConcurrentHashMap<>();

    KeyDirectory(TenantTransactions transactions, Notifications notifications, InstantSource clock) {
        this.transactions = transactions;
        this.clock = clock;
        notifications.listen(CHANNEL, this::hint);
    }

    /** What a presented key is. */
    sealed interface Found {
        /** It opens what its role may. */
        record Valid(Caller caller) implements Found {}

        /** It once did; {@code reason} is {@code expired}, {@code revoked}, or {@code disabled} like its account. */
        record Ended(Caller caller, String reason) implements Found {}

        /** Malformed, or nobody's. */
        record Unknown() implements Found {}
    }

    private record Known(
            Caller caller, Instant expireTime, @Nullable String ended, Instant readTime) {
        Found at(Instant now) {
            if (ended != null) {
                return new Found.Ended(caller, ended);
            }
            return expireTime.isAfter(now) ? new Found.Valid(caller) : new Found.Ended(caller, "expired");
        }
    }

    private record Owner(TenantId tenant, UUID objectId) implements TenantClaim {}

    private record KeyRow(
            String role,
            UUID serviceAccountId,
            @Nullable UUID clusterId,
            @Nullable String namespace,
            Instant expireTime,
            boolean revoked,
            boolean disabled) {
        @Nullable
        String ended() {
            return revoked ? "revoked" : disabled ? "disabled" : null;
        }
    }

    private record BindingRow(
            String role, @Nullable UUID clusterId, @Nullable String namespace) {}

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

    /** Forgets an organisation's keys at once in this process: rights have changed. */
    void forget(TenantId tenant) {
        known.values().removeIf(key -> key.caller().tenant().equals(tenant));
    }

    /** Has every process forget the organisation's keys when the transaction commits. */
    void tellOthers(TenantTx tx) {
        tx.notify(CHANNEL, tx.tenant().value().toString());
    }

    private void hint(String tenant) {
        if (tenant.isEmpty()) {
            known.clear();
        } else {
            forget(new TenantId(UUID.fromString(tenant)));
        }
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
        return tx.first(KeyRow.class, """
                        SELECT role, service_account_id, cluster_id, namespace, expire_time,
                            revoke_time IS NOT NULL AS revoked, a.disabled
                        FROM api_key k JOIN service_account a
                            ON a.tenant_id = k.tenant_id AND a.id = k.service_account_id
                        WHERE k.id = ? AND hash = ?
                        """, owner.objectId(), hash).map(row -> {
            if (row.ended() == null && row.expireTime().isAfter(now)) {
                noteUse(tx, owner.objectId());
            }
            Caller caller = new Caller(owner.tenant(), owner.objectId(), row.serviceAccountId(), grants(tx, row));
            return new Known(caller, row.expireTime(), row.ended(), now);
        });
    }

    private static void noteUse(TenantTx tx, UUID key) {
        tx.update("""
                UPDATE api_key SET last_use_time = now()
                WHERE id = ? AND (last_use_time IS NULL OR last_use_time < now() - interval '1 minute')
                """, key);
    }

    /** The account's roles, cut down to the key's role and scope. */
    private static Grants grants(TenantTx tx, KeyRow key) {
        Role limit = Role.of(key.role());
        Scope scope = new Scope(key.clusterId(), key.namespace());
        return new Grants(tx.list(BindingRow.class, """
                        SELECT role, cluster_id, namespace FROM role_binding
                        WHERE service_account_id = ? AND (expire_time IS NULL OR expire_time > now())
                        """, key.serviceAccountId()).stream()
                .flatMap(row -> new Scope(row.clusterId(), row.namespace())
                        .within(scope).map(place -> new Grant(Role.of(row.role()), limit, place)).stream())
                .toList());
    }
}
