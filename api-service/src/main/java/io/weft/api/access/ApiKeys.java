package io.weft.api.access;

import io.weft.api.http.PageRequest;
import io.weft.api.http.Role;
import io.weft.kit.id.UuidV7;
import io.weft.kit.tenancy.Reach.Scope;
import io.weft.kit.tenancy.TenantTx;
import jakarta.inject.Singleton;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/** Rows of API keys. Only the SHA-256 of a key is stored. */
@Singleton
public class ApiKeys {
    private static final String COLUMNS = """
            SELECT id, name, role, service_account_id, cluster_id, namespace, create_time, expire_time, revoke_time,
                last_use_time
            FROM api_key
            """;

    List<ApiKeyRow> page(TenantTx tx, PageRequest page) {
        return tx.list(
                ApiKeyRow.class,
                COLUMNS + "WHERE" + PageRequest.AFTER + "ORDER BY create_time, id LIMIT ?",
                page.afterTime(),
                page.afterTime(),
                page.afterId(),
                page.limit());
    }

    Optional<ApiKeyRow> find(TenantTx tx, UUID id) {
        return tx.first(ApiKeyRow.class, COLUMNS + "WHERE id = ?", id);
    }

    Optional<UUID> named(TenantTx tx, String name) {
        return tx.first(UUID.class, "SELECT id FROM api_key WHERE name = ?", name);
    }

    /**
     * What a new key is to be.
     *
     * @param owner a service account
     */
    public record NewKey(String name, Role role, UUID owner, Scope scope, Instant expireTime) {}

    /** Stores a new key; gives its id. */
    public UUID create(TenantTx tx, NewKey key, CredentialText secret) {
        UUID id = UuidV7.next();
        byte[] hash = secret.hash();
        tx.update(
                """
                INSERT INTO api_key (tenant_id, id, name, role, service_account_id, cluster_id, namespace, hash, expire_time)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
                """,
                tx.tenant(),
                id,
                key.name(),
                key.role(),
                key.owner(),
                key.scope().cluster(),
                key.scope().namespace(),
                hash,
                key.expireTime());
        tx.update(
                "INSERT INTO credential_index (hash, kind, tenant_id, object_id) VALUES (?, 'apiKey', ?, ?)",
                hash,
                tx.tenant(),
                id);
        return id;
    }

    /** Its hash stays in the index, which only says where to look: who tries a revoked key is to be found in the audit log. */
    void revoke(TenantTx tx, UUID id) {
        tx.update("UPDATE api_key SET revoke_time = now() WHERE id = ? AND revoke_time IS NULL", id);
    }

    /** Whether another admin key is in force; locks them, so that two revocations cannot both count on each other. */
    boolean otherAdmin(TenantTx tx, UUID id) {
        return tx.list(UUID.class, """
                        SELECT id FROM api_key WHERE role = 'admin' AND revoke_time IS NULL AND expire_time > now()
                        ORDER BY id FOR UPDATE
                        """).stream().anyMatch(other -> !other.equals(id));
    }
}
