package io.weft.api.access;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.weft.api.http.RequestField;
import java.time.Instant;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Body of POST and PUT of a role binding. */
public record RoleBindingWrite(
        @RequestField(label = true) String name,
        @RequestField(labels = true, max = 64) @Nullable Map<String, String> labels,
        RoleBindingSpec spec) {
    /**
     * Who gets which role, and where.
     *
     * @param serviceAccountId who; never changes
     * @param role what the account may do
     * @param clusterId the cluster it may do it in; absent = in the whole organisation
     * @param namespace the namespace of that cluster; absent = in the whole cluster
     * @param expireTime from when on the binding gives nothing; absent = never
     */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record RoleBindingSpec(
            @RequestField(maxLength = 40) String serviceAccountId,

            @RequestField(oneOf = {"viewer", "editor", "operator", "admin", "auditor"})
            String role,

            @RequestField(maxLength = 40) @Nullable String clusterId,
            @RequestField(label = true) @Nullable String namespace,
            @Nullable Instant expireTime) {}
}
