package io.weft.kit.tenancy;

import java.sql.Connection;

/** A transaction without a tenant: it sees the platform tables, and no row of any tenant. */
public final class PlatformTx extends Tx {
    PlatformTx(Connection connection) {
        super(connection);
    }
}
