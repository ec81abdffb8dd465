package io.weft.kit.tenancy;

import io.weft.kit.id.TenantId;

/** A claimed row of a platform table that names the tenant it belongs to. */
public interface TenantClaim {
    TenantId tenant();
}
