package io.weft.kit.tenancy;

import io.weft.kit.id.TenantId;
import java.sql.Connection;

/** A transaction that sees the rows of one tenant, and the platform tables. */
public final class TenantTx extends Tx {
    private final TenantId tenant;

    TenantTx(Connection connection, TenantId tenant) {
        super(connection);
        this.tenant = tenant;
    }

    /** Whose rows these are; the value for {@code tenant_id} in an INSERT. */
    public TenantId tenant() {
        return tenant;
    }
}
