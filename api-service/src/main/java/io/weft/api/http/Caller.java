package io.weft.api.http;

import io.weft.kit.id.PublicId;
import io.weft.kit.id.TenantId;
import java.util.UUID;

/** Who calls: a verified API key, its organisation and its role. */
public record Caller(TenantId tenant, UUID keyId, Role role) {
    /** Public id of the key, as the audit log names the actor. */
    public String principal() {
        return PublicId.format(Prefix.API_KEY, keyId);
    }
}
