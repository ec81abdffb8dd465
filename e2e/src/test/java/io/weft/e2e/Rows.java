package io.weft.e2e;

import io.weft.e2e.launch.LocalServices;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;

/** The hub's tables through plain SQL, as their owner: row security is forced, so it binds the owner too. */
final class Rows implements AutoCloseable {
    private final Connection connection;

    private Rows(Connection connection) {
        this.connection = connection;
    }

    static Rows asOwner(LocalServices services) throws SQLException {
        return new Rows(DriverManager.getConnection(services.jdbcUrl(), "weft_owner", services.password("weft_owner")));
    }

    /** The number that a query gives inside the organisation's transaction. */
    long count(String organisation, String query) throws SQLException {
        connection.setAutoCommit(false);
        try (PreparedStatement tenant = connection.prepareStatement(
                "SELECT set_config('app.tenant', id::text, true) FROM tenant WHERE name = ?")) {
            tenant.setString(1, organisation);
            tenant.executeQuery().close();
            return countWithoutTenant(query);
        } finally {
            connection.rollback();
        }
    }

    long countWithoutTenant(String query) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(query);
                ResultSet rows = statement.executeQuery()) {
            rows.next();
            return rows.getLong(1);
        }
    }

    @Override
    public void close() throws SQLException {
        connection.close();
    }
}
