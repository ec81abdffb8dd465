package io.weft.api.access;

import io.weft.api.access.ServiceAccountView.ServiceAccountRow;
import io.weft.api.http.Json;
import io.weft.api.http.PageRequest;
import io.weft.api.http.SelectorSql;
import io.weft.kit.id.UuidV7;
import io.weft.kit.tenancy.TenantTx;
import jakarta.inject.Singleton;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Rows of service accounts. */
@Singleton
public class ServiceAccounts {
    private static final String SELECT = """
            SELECT id, name, labels, generation, disabled, description, create_time, update_time,
                (SELECT count(*) FROM api_key k WHERE k.tenant_id = a.tenant_id AND k.service_account_id = a.id
                    AND k.revoke_time IS NULL AND k.expire_time > now()) AS api_keys,
                (SELECT count(*) FROM role_binding b WHERE b.tenant_id = a.tenant_id AND b.service_account_id = a.id
                    AND (b.expire_time IS NULL OR b.expire_time > now())) AS role_bindings
            FROM service_account a
            """;

    List<ServiceAccountRow> page(TenantTx tx, PageRequest page, SelectorSql selector) {
        return tx.list(
                ServiceAccountRow.class,
                SELECT + "WHERE" + PageRequest.AFTER + selector.condition() + " ORDER BY create_time, id LIMIT ?",
                selector.between(page.afterTime(), page.afterTime(), page.afterId(), page.limit()));
    }

    Optional<ServiceAccountRow> find(TenantTx tx, UUID id) {
        return tx.first(ServiceAccountRow.class, SELECT + "WHERE id = ?", id);
    }

    Optional<ServiceAccountRow> lock(TenantTx tx, UUID id) {
        return tx.first(ServiceAccountRow.class, SELECT + "WHERE id = ? FOR UPDATE OF a", id);
    }

    boolean exists(TenantTx tx, UUID id) {
        return tx.first(UUID.class, "SELECT id FROM service_account WHERE id = ?", id)
                .isPresent();
    }

    Optional<UUID> named(TenantTx tx, String name) {
        return tx.first(UUID.class, "SELECT id FROM service_account WHERE name = ?", name);
    }

    UUID create(TenantTx tx, ServiceAccountWrite account) {
        return create(tx, account.name(), account.labels(), account.description(), account.isDisabled());
    }

    /** The account that holds the first key of an organisation. */
    public UUID create(TenantTx tx, String name, String description) {
        return create(tx, name, Map.of(), description, false);
    }

    private static UUID create(
            TenantTx tx, String name, @Nullable Map<String, String> labels, String description, boolean disabled) {
        UUID id = UuidV7.next();
        tx.update(
                "INSERT INTO service_account (tenant_id, id, name, labels, description, disabled) VALUES (?, ?, ?, ?, ?, ?)",
                tx.tenant(),
                id,
                name,
                Json.labels(labels),
                description,
                disabled);
        return id;
    }

    void update(TenantTx tx, UUID id, ServiceAccountWrite account) {
        tx.update("""
                UPDATE service_account SET name = ?, labels = ?, description = ?, disabled = ?,
                    generation = generation + 1, update_time = now()
                WHERE id = ?
                """, account.name(), Json.labels(account.labels()), account.description(), account.isDisabled(), id);
    }

    /** With it go its bindings and keys. */
    void delete(TenantTx tx, UUID id) {
        tx.update("""
                DELETE FROM credential_index WHERE kind = 'apiKey' AND tenant_id = ?
                    AND object_id IN (SELECT k.id FROM api_key k WHERE k.service_account_id = ?)
                """, tx.tenant(), id);
        tx.update("DELETE FROM service_account WHERE id = ?", id);
    }
}
