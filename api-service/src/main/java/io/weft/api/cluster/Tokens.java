package io.weft.api.cluster;

import io.weft.api.access.CredentialText;
import io.weft.api.cluster.TokenView.TokenRow;
import io.weft.api.http.PageRequest;
import io.weft.kit.id.UuidV7;
import io.weft.kit.tenancy.TenantTx;
import jakarta.inject.Singleton;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Rows of enrolment tokens. Only the SHA-256 of a token is stored. */
@Singleton
class Tokens {
    private static final String SELECT =
            "SELECT id, cluster_id, create_time, expire_time, use_time, revoke_time FROM enrolment_token ";

    List<TokenRow> page(TenantTx tx, PageRequest page, @Nullable UUID cluster) {
        return tx.list(
                TokenRow.class,
                SELECT + "WHERE in_reach(cluster_id, NULL) AND" + PageRequest.AFTER
                        + "AND (?::uuid IS NULL OR cluster_id = ?::uuid) ORDER BY create_time, id LIMIT ?",
                page.afterTime(),
                page.afterTime(),
                page.afterId(),
                cluster,
                cluster,
                page.limit());
    }

    Optional<TokenRow> find(TenantTx tx, UUID id) {
        return tx.first(TokenRow.class, SELECT + "WHERE id = ? AND in_reach(cluster_id, NULL)", id);
    }

    UUID create(TenantTx tx, UUID cluster, Instant expireTime, CredentialText token) {
        UUID id = UuidV7.next();
        byte[] hash = token.hash();
        tx.update(
                "INSERT INTO enrolment_token (tenant_id, id, cluster_id, hash, expire_time) VALUES (?, ?, ?, ?, ?)",
                tx.tenant(),
                id,
                cluster,
                hash,
                expireTime);
        tx.update(
                "INSERT INTO credential_index (hash, kind, tenant_id, object_id) VALUES (?, 'joinToken', ?, ?)",
                hash,
                tx.tenant(),
                id);
        return id;
    }

    /** Idempotent; a used token stays as history. */
    void revoke(TenantTx tx, UUID id) {
        tx.update("UPDATE enrolment_token SET revoke_time = now() WHERE id = ? AND revoke_time IS NULL", id);
        tx.update(
                "DELETE FROM credential_index WHERE kind = 'joinToken' AND tenant_id = ? AND object_id = ?",
                tx.tenant(),
                id);
    }
}
