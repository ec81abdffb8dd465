package io.weft.api.http;

import io.weft.kit.id.PublicId;
import io.weft.kit.id.TenantId;
import java.util.UUID;

/**
 * Who calls: a verified API key, its organisation, and what it may do.
 *
 * @param owner the service account that holds the key
 */
public record Caller(TenantId tenant, UUID keyId, UUID owner, Grants grants) {
    /** Public id of the key, as the audit log names the actor. */
    public String principal() {
        return PublicId.format(Prefix.API_KEY, keyId);
    }
}
