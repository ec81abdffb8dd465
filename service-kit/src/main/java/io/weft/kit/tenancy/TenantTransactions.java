package io.weft.kit.tenancy;

import io.weft.kit.id.TenantId;
import jakarta.inject.Singleton;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Collection;
import java.util.Optional;
import java.util.function.BiConsumer;
import java.util.function.BiFunction;
import java.util.function.Consumer;
import java.util.function.Function;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/**
 * Opens transactions. Row security is the boundary between tenants; this class alone tells PostgreSQL which tenant a
 * transaction belongs to, as its first statement and for this transaction only, which is safe with pooled connections.
 *
 * <p>Normal return commits, an exception rolls back. Nothing is retried. When the commit itself fails, its outcome is
 * unknown: read the rows. A transaction inside another one would wait for a second connection while holding the first,
 * which starves a small pool, so it is refused with {@link IllegalStateException}.
 */
@Singleton
public final class TenantTransactions {
    private static final ScopedValue<Boolean> OPEN = ScopedValue.newInstance();

    private final DataSource dataSource;

    public TenantTransactions(DataSource dataSource) {
        this.dataSource = dataSource;
    }

    /** Work on the rows of one tenant, wherever they belong to. */
    public <T extends @Nullable Object> T in(TenantId tenant, Function<TenantTx, T> work) {
        return in(tenant, Reach.EVERYWHERE, work);
    }

    /** Work on the rows of one tenant for somebody who may act within the reach: {@code in_reach} tells SQL. */
    public <T extends @Nullable Object> T in(TenantId tenant, Reach reach, Function<TenantTx, T> work) {
        return transact(connection -> runIn(enter(connection, tenant, reach), work));
    }

    /** Like {@link #in}, and every statement sees the same snapshot of the database (REPEATABLE READ). */
    public <T extends @Nullable Object> T inSnapshot(TenantId tenant, Function<TenantTx, T> work) {
        return inSnapshot(tenant, Reach.EVERYWHERE, work);
    }

    /** Like {@link #inSnapshot}, for somebody who may act within the reach. */
    public <T extends @Nullable Object> T inSnapshot(TenantId tenant, Reach reach, Function<TenantTx, T> work) {
        return transact(connection -> {
            try (Statement statement = connection.createStatement()) {
                statement.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ");
            }
            return runIn(enter(connection, tenant, reach), work);
        });
    }

    /** Work on platform tables only. */
    public <T extends @Nullable Object> T platform(Function<PlatformTx, T> work) {
        return transact(connection -> {
            PlatformTx tx = new PlatformTx(connection);
            T result = work.apply(tx);
            return new Outcome<>(result, tx.isRollbackOnly());
        });
    }

    /**
     * A fleet-wide loop's transaction: claims a row of a platform table, then works as that row's tenant.
     *
     * @return empty when nothing was claimed
     */
    public <C extends TenantClaim, T> Optional<T> claim(
            Function<PlatformTx, Optional<C>> claim, BiFunction<C, TenantTx, T> work) {
        return transact(connection -> {
            Optional<C> claimed = claim.apply(new PlatformTx(connection));
            if (claimed.isEmpty()) {
                return new Outcome<>(Optional.<T>empty(), false);
            }
            TenantTx tx = enter(connection, claimed.get().tenant(), Reach.EVERYWHERE);
            T result = work.apply(claimed.get(), tx);
            return new Outcome<>(Optional.of(result), tx.isRollbackOnly());
        });
    }

    /**
     * One transaction over many tenants, for bulk writers: fill a temporary table, insert from it tenant by tenant, move
     * the offset. All or nothing.
     */
    public void inEach(
            Collection<TenantId> tenants,
            Consumer<PlatformTx> before,
            BiConsumer<TenantId, TenantTx> each,
            Consumer<PlatformTx> after) {
        transact(connection -> {
            before.accept(new PlatformTx(connection));
            for (TenantId tenant : tenants) {
                each.accept(tenant, enter(connection, tenant, Reach.EVERYWHERE));
            }
            set(connection, "", Reach.NOWHERE);
            after.accept(new PlatformTx(connection));
            return new Outcome<>(true, false);
        });
    }

    private static <T extends @Nullable Object> Outcome<T> runIn(TenantTx tx, Function<TenantTx, T> work) {
        T result = work.apply(tx);
        return new Outcome<>(result, tx.isRollbackOnly());
    }

    private static TenantTx enter(Connection connection, TenantId tenant, Reach reach) throws SQLException {
        set(connection, tenant.value().toString(), reach);
        return new TenantTx(connection, tenant);
    }

    private static void set(Connection connection, String tenant, Reach reach) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(
                "SELECT set_config('app.tenant', ?, true), set_config('app.reach', ?, true)")) {
            statement.setString(1, tenant);
            statement.setString(2, reach.text());
            statement.execute();
        }
    }

    private <T extends @Nullable Object> T transact(Body<T> body) {
        if (OPEN.isBound()) {
            throw new IllegalStateException(
                    "A transaction is open already in this thread: pass its tx on, or begin the other one after it ends");
        }
        return ScopedValue.where(OPEN, true).call(() -> {
            try (Connection connection = dataSource.getConnection()) {
                connection.setAutoCommit(false);
                return commit(connection, body);
            } catch (SQLException e) {
                throw DatabaseException.from(e);
            }
        });
    }

    private static <T extends @Nullable Object> T commit(Connection connection, Body<T> body) throws SQLException {
        Outcome<T> outcome;
        try {
            outcome = body.run(connection);
        } catch (SQLException | RuntimeException | Error e) {
            rollBack(connection, e);
            throw e;
        }
        if (outcome.rollbackOnly()) {
            connection.rollback();
        } else {
            connection.commit();
        }
        return outcome.result();
    }

    private static void rollBack(Connection connection, Throwable cause) {
        try {
            connection.rollback();
        } catch (SQLException e) {
            cause.addSuppressed(e); // the connection broke: PostgreSQL rolls back by itself
        }
    }

    private record Outcome<T extends @Nullable Object>(T result, boolean rollbackOnly) {}

    @FunctionalInterface
    private interface Body<T extends @Nullable Object> {
        Outcome<T> run(Connection connection) throws SQLException;
    }
}
