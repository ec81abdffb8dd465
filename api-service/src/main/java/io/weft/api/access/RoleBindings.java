package io.weft.api.access;

import io.weft.api.access.RoleBindingView.RoleBindingRow;
import io.weft.api.http.Json;
import io.weft.api.http.PageRequest;
import io.weft.api.http.Role;
import io.weft.kit.id.UuidV7;
import io.weft.kit.problem.Problem;
import io.weft.kit.problem.ProblemType;
import io.weft.kit.tenancy.Reach.Scope;
import io.weft.kit.tenancy.TenantTx;
import jakarta.inject.Singleton;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Rows of role bindings. */
@Singleton
public class RoleBindings {
    private static final String SELECT = """
            SELECT id, name, labels, generation, service_account_id, role, cluster_id, namespace, expire_time,
                COALESCE(expire_time <= now(), false) AS expired, create_time, update_time
            FROM role_binding
            """;

    List<RoleBindingRow> page(TenantTx tx, PageRequest page, @Nullable UUID serviceAccount, @Nullable UUID cluster) {
        return tx.list(
                RoleBindingRow.class,
                SELECT + "WHERE in_reach(cluster_id, namespace) AND" + PageRequest.AFTER + """
                        AND (?::uuid IS NULL OR service_account_id = ?::uuid) AND (?::uuid IS NULL OR cluster_id = ?::uuid)
                        ORDER BY create_time, id LIMIT ?
                        """,
                page.afterTime(),
                page.afterTime(),
                page.afterId(),
                serviceAccount,
                serviceAccount,
                cluster,
                cluster,
                page.limit());
    }

    Optional<RoleBindingRow> find(TenantTx tx, UUID id) {
        return tx.first(RoleBindingRow.class, SELECT + "WHERE id = ? AND in_reach(cluster_id, namespace)", id);
    }

    Optional<RoleBindingRow> lock(TenantTx tx, UUID id) {
        return tx.first(
                RoleBindingRow.class, SELECT + "WHERE id = ? AND in_reach(cluster_id, namespace) FOR UPDATE", id);
    }

    Optional<UUID> named(TenantTx tx, String name) {
        return tx.first(UUID.class, "SELECT id FROM role_binding WHERE name = ?", name);
    }

    /** Binds a role in the whole organisation, for good. */
    public void bind(TenantTx tx, String name, UUID serviceAccount, Role role) {
        create(tx, name, Map.of(), serviceAccount, role, Scope.ORGANISATION, null);
    }

    UUID create(
            TenantTx tx,
            String name,
            @Nullable Map<String, String> labels,
            UUID serviceAccount,
            Role role,
            Scope scope,
            @Nullable Instant expireTime) {
        UUID id = UuidV7.next();
        tx.update(
                """
                INSERT INTO role_binding (tenant_id, id, name, labels, service_account_id, role, cluster_id, namespace,
                    expire_time)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
                """,
                tx.tenant(),
                id,
                name,
                Json.labels(labels),
                serviceAccount,
                role,
                scope.cluster(),
                scope.namespace(),
                expireTime);
        return id;
    }

    void update(TenantTx tx, UUID id, RoleBindingWrite binding, Scope scope) {
        tx.update(
                """
                UPDATE role_binding SET name = ?, labels = ?, role = ?, cluster_id = ?, namespace = ?, expire_time = ?,
                    generation = generation + 1, update_time = now()
                WHERE id = ?
                """,
                binding.name(),
                Json.labels(binding.labels()),
                binding.spec().role(),
                scope.cluster(),
                scope.namespace(),
                binding.spec().expireTime(),
                id);
    }

    void delete(TenantTx tx, UUID id) {
        tx.update("DELETE FROM role_binding WHERE id = ?", id);
    }

    /** Before a change that may take an admin away: two such changes must not both count on the other's admin. */
    void lockAdmins(TenantTx tx) {
        tx.list(UUID.class, """
                SELECT b.id FROM role_binding b JOIN service_account a
                    ON a.tenant_id = b.tenant_id AND a.id = b.service_account_id
                WHERE b.role = 'admin' AND b.cluster_id IS NULL ORDER BY b.id FOR UPDATE
                """);
    }

    /** After the change: refuses it when nobody is left who may manage the organisation for good. */
    void requireAdminLeft(TenantTx tx) {
        Optional<UUID> left = tx.first(UUID.class, """
                SELECT b.id FROM role_binding b JOIN service_account a
                    ON a.tenant_id = b.tenant_id AND a.id = b.service_account_id
                WHERE b.role = 'admin' AND b.cluster_id IS NULL AND b.expire_time IS NULL AND NOT a.disabled LIMIT 1
                """);
        if (left.isEmpty()) {
            throw Problem.of(
                    ProblemType.STATE_CONFLICT,
                    "Nobody would be left who is admin of the whole organisation without an end: bind that role to"
                            + " another service account first");
        }
    }
}
