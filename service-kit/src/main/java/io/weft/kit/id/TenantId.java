package io.weft.kit.id;

import java.util.UUID;

/** An organisation. Comes from a verified credential, a peer certificate or a claimed queue row; from nowhere else. */
public record TenantId(UUID value) {
    @Override
    public String toString() {
        return value.toString();
    }
}
