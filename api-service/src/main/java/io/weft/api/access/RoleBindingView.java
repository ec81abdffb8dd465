package io.weft.api.access;

import com.fasterxml.jackson.databind.JsonNode;
import io.weft.api.access.RoleBindingWrite.RoleBindingSpec;
import io.weft.api.http.Json;
import io.weft.api.http.Positioned;
import io.weft.api.http.Prefix;
import io.weft.api.http.Role;
import io.weft.api.http.Viewed;
import io.weft.kit.id.PublicId;
import io.weft.kit.tenancy.Reach.Scope;
import java.time.Instant;
import java.util.Map;
import java.util.UUID;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.jspecify.annotations.Nullable;

/** A role binding as it is answered. */
public record RoleBindingView(
        String id,
        String name,
        Map<String, String> labels,
        long generation,
        Instant createTime,
        Instant updateTime,
        RoleBindingSpec spec,
        Status status)
        implements Viewed {
    /** Whether it still gives its role. */
    @Schema(name = "RoleBindingStatus")
    public record Status(boolean expired) {}

    record RoleBindingRow(
            UUID id,
            String name,
            JsonNode labels,
            long generation,
            UUID serviceAccountId,
            String role,
            @Nullable UUID clusterId,
            @Nullable String namespace,
            @Nullable Instant expireTime,
            boolean expired,
            Instant createTime,
            Instant updateTime)
            implements Positioned {
        Scope scope() {
            return new Scope(clusterId, namespace);
        }

        Role boundRole() {
            return Role.of(role);
        }

        RoleBindingSpec spec() {
            return new RoleBindingSpec(
                    PublicId.format(Prefix.SERVICE_ACCOUNT, serviceAccountId),
                    role,
                    ScopeSpec.clusterId(clusterId),
                    namespace,
                    expireTime);
        }
    }

    static RoleBindingView from(RoleBindingRow row) {
        return new RoleBindingView(
                PublicId.format(Prefix.ROLE_BINDING, row.id()),
                row.name(),
                Json.labels(row.labels()),
                row.generation(),
                row.createTime(),
                row.updateTime(),
                row.spec(),
                new Status(row.expired()));
    }
}
