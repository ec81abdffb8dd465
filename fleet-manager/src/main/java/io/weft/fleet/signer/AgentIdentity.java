package io.weft.fleet.signer;

import io.weft.kit.id.PublicId;
import io.weft.kit.id.TenantId;
import java.util.UUID;

/** Who an agent is: read from its certificate, never from a message. */
public record AgentIdentity(TenantId tenant, UUID cluster) {
    private static final String CLUSTER_PREFIX = "clu";

    /** The cluster's public id, which is the agent's name in the audit log. */
    public String publicId() {
        return PublicId.format(CLUSTER_PREFIX, cluster);
    }

    /**
     * The cluster behind a public id.
     *
     * @throws PublicId.InvalidPublicId not the public id of a cluster
     */
    public static UUID parseCluster(String publicId) {
        return PublicId.parse(CLUSTER_PREFIX, publicId);
    }
}
