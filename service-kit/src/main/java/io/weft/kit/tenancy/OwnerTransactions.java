package io.weft.kit.tenancy;

import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.postgresql.ds.PGSimpleDataSource;

/**
 * Transactions of the owner of the tables, for steps of their own such as partitions and retention; never in a service.
 * Row security binds the owner too: tenants' rows are not seen.
 */
public final class OwnerTransactions {
    private static final String LOCKED_FOR_AT_MOST = "SET LOCAL lock_timeout = '3s'";

    private final TenantTransactions transactions;

    public OwnerTransactions(String url, String user, String password) {
        PGSimpleDataSource source = new PGSimpleDataSource();
        source.setUrl(url);
        source.setUser(user);
        source.setPassword(password);
        source.setApplicationName("weft-maintenance");
        this.transactions = new TenantTransactions(source);
    }

    /** Gives up after 3 s of waiting for a lock: services that write must not queue up behind it for longer. */
    public <T extends @Nullable Object> T in(Function<PlatformTx, T> work) {
        return transactions.platform(tx -> {
            tx.update(LOCKED_FOR_AT_MOST);
            return work.apply(tx);
        });
    }
}
