package io.weft.api.access;

import io.weft.api.http.Ids;
import io.weft.api.http.Prefix;
import io.weft.api.http.Violations;
import io.weft.kit.id.PublicId;
import io.weft.kit.tenancy.Reach.Scope;
import io.weft.kit.tenancy.TenantTx;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** The fields {@code spec.clusterId} and {@code spec.namespace} of whatever holds in a part of an organisation. */
final class ScopeSpec {
    private ScopeSpec() {}

    /** The scope that is meant; a violation for a namespace without a cluster, and for a cluster that is not there. */
    static Scope read(TenantTx tx, @Nullable String clusterId, @Nullable String namespace, Violations violations) {
        if (clusterId == null) {
            if (namespace != null) {
                violations.body("spec.clusterId", "REQUIRED", "is needed where there is a namespace");
            }
            return Scope.ORGANISATION;
        }
        Optional<UUID> cluster =
                Ids.reference(Prefix.CLUSTER, clusterId, "spec.clusterId", id -> exists(tx, id), violations);
        return cluster.map(id -> new Scope(id, namespace)).orElse(Scope.ORGANISATION);
    }

    /** Within the caller's reach, or in a namespace of it that the caller reaches. */
    private static boolean exists(TenantTx tx, UUID cluster) {
        return tx.first(UUID.class, "SELECT id FROM cluster WHERE id = ? AND reach_touches(id)", cluster)
                .isPresent();
    }

    static @Nullable String clusterId(@Nullable UUID cluster) {
        return cluster == null ? null : PublicId.format(Prefix.CLUSTER, cluster);
    }
}
