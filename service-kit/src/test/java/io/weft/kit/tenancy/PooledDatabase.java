package io.weft.kit.tenancy;

import io.agroal.api.AgroalDataSource;
import io.agroal.api.configuration.supplier.AgroalDataSourceConfigurationSupplier;
import io.agroal.api.security.NamePrincipal;
import io.agroal.api.security.SimplePassword;
import io.weft.testkit.TestDatabase;
import java.sql.SQLException;
import java.time.Duration;

/** A small pool as the services have it: connections are borrowed again and again. */
public final class PooledDatabase implements AutoCloseable {
    private final TestDatabase database = TestDatabase.create();
    private final AgroalDataSource pool;

    public PooledDatabase(String role, int size) {
        try {
            pool = AgroalDataSource.from(new AgroalDataSourceConfigurationSupplier()
                    .connectionPoolConfiguration(connections -> connections
                            .maxSize(size)
                            .acquisitionTimeout(Duration.ofSeconds(10))
                            .connectionFactoryConfiguration(factory -> factory.jdbcUrl(database.jdbcUrl())
                                    .principal(new NamePrincipal(role))
                                    .credential(new SimplePassword(database.password(role))))));
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    public TestDatabase database() {
        return database;
    }

    public TenantTransactions transactions() {
        return new TenantTransactions(pool);
    }

    public Notifications notifications(String role) {
        return new Notifications(database.jdbcUrl(), role, database.password(role));
    }

    @Override
    public void close() {
        pool.close();
        database.close();
    }
}
