package io.weft.fleet.enrol;

import io.weft.kit.id.TenantId;
import io.weft.kit.tenancy.PlatformTx;
import io.weft.kit.tenancy.TenantClaim;
import io.weft.kit.tenancy.TenantTx;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.util.HexFormat;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Join tokens by the hash of their text; the text itself is never stored. */
final class JoinTokens {
    private JoinTokens() {}

    /** Which tenant a token belongs to, before any tenant is known. */
    static Optional<Found> find(PlatformTx tx, String hash) {
        return tx.first(
                Found.class,
                "SELECT tenant_id AS tenant, object_id AS id FROM credential_index WHERE hash = decode(?, 'hex') AND kind = 'joinToken'",
                hash);
    }

    /** Why the token may not be used for this cluster now; empty: it may. */
    static Optional<Refusal> refusal(TenantTx tx, UUID token, UUID cluster, Instant now) {
        return tx.first(
                        Row.class,
                        "SELECT cluster_id, expire_time, use_time, revoke_time FROM enrolment_token WHERE id = ?",
                        token)
                .map(row -> row.refusal(cluster, now))
                .orElse(Optional.of(Refusal.TOKEN_UNKNOWN));
    }

    /** Consumes the token. Of any number of concurrent calls exactly one is true, if its transaction commits. */
    static boolean consume(TenantTx tx, UUID token, UUID cluster) {
        return tx.update("""
                        UPDATE enrolment_token SET use_time = now()
                        WHERE id = ? AND cluster_id = ? AND use_time IS NULL AND revoke_time IS NULL AND expire_time > now()
                        """, token, cluster) == 1;
    }

    static String hash(String token) {
        try {
            byte[] text = token.getBytes(StandardCharsets.UTF_8);
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(text));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }

    record Found(TenantId tenant, UUID id) implements TenantClaim {}

    record Row(
            UUID clusterId,
            Instant expireTime,
            @Nullable Instant useTime,
            @Nullable Instant revokeTime) {
        Optional<Refusal> refusal(UUID cluster, Instant now) {
            if (!clusterId.equals(cluster)) {
                return Optional.of(Refusal.TOKEN_FOR_OTHER_CLUSTER);
            }
            if (useTime != null) {
                return Optional.of(Refusal.TOKEN_USED);
            }
            if (revokeTime != null) {
                return Optional.of(Refusal.TOKEN_REVOKED);
            }
            return expireTime.isAfter(now) ? Optional.empty() : Optional.of(Refusal.TOKEN_EXPIRED);
        }
    }
}
