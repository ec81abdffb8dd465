package io.weft.kit.tenancy;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.postgresql.PGConnection;

/**
 * An open transaction. Markers are {@code ?}; the operators {@code ? ?| ?&} of jsonb are written {@code ?? ??| ??&}.
 *
 * <p>Values may be UUID, String, numbers, Boolean, Instant, JsonNode (jsonb), byte[], enum (its wire name), Optional,
 * null, a record around one of these, and lists or arrays of text, uuid, bigint, double precision. An empty list has no
 * element type: write {@code ?::uuid[]}. Every method throws {@link DatabaseException} when PostgreSQL refuses.
 */
public abstract sealed class Tx permits TenantTx, PlatformTx {
    private final Connection connection;
    private boolean rollbackOnly;

    Tx(Connection connection) {
        this.connection = connection;
    }

    /** All rows, as records (columns to components by name) or, of a single column, as plain values. */
    public <T> List<T> list(Class<T> type, String sql, @Nullable Object... values) {
        return query(0, type, sql, values);
    }

    /** The first row, if there is one. */
    public <T> Optional<T> first(Class<T> type, String sql, @Nullable Object... values) {
        return query(1, type, sql, values).stream().findFirst();
    }

    private <T> List<T> query(int maxRows, Class<T> type, String sql, @Nullable Object[] values) {
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            statement.setMaxRows(maxRows);
            SqlParameters.bind(statement, values);
            try (ResultSet row = statement.executeQuery()) {
                RowReader<T> reader = RowReader.of(type, row.getMetaData());
                List<T> rows = new ArrayList<>();
                while (row.next()) {
                    rows.add(reader.read(row));
                }
                return rows;
            }
        } catch (SQLException e) {
            throw DatabaseException.from(e);
        }
    }

    /** Inserts, updates or deletes; gives the number of rows. */
    public int update(String sql, @Nullable Object... values) {
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            SqlParameters.bind(statement, values);
            return statement.executeUpdate();
        } catch (SQLException e) {
            throw DatabaseException.from(e);
        }
    }

    /** The same statement for many rows in one round trip; gives the sum of rows. */
    public int updateEach(String sql, Collection<@Nullable Object[]> rows) {
        if (rows.isEmpty()) {
            return 0;
        }
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            for (@Nullable Object[] values : rows) {
                SqlParameters.bind(statement, values);
                statement.addBatch();
            }
            return IntStream.of(statement.executeBatch()).sum();
        } catch (SQLException e) {
            throw DatabaseException.from(e);
        }
    }

    /**
     * {@code COPY ... FROM STDIN}. PostgreSQL refuses it for a table under row security: copy into a temporary table.
     *
     * @param rows what COPY's format says, for example lines of tab-separated text
     * @return number of rows
     */
    public long copy(String sql, byte[] rows) {
        try {
            return connection.unwrap(PGConnection.class).getCopyAPI().copyIn(sql, new ByteArrayInputStream(rows));
        } catch (SQLException e) {
            throw DatabaseException.from(e);
        } catch (IOException e) {
            throw DatabaseException.from(new SQLException("COPY broke off", e));
        }
    }

    /** The database's time at the start of this transaction; the same on every call. */
    public Instant now() {
        return first(Instant.class, "SELECT now()").orElseThrow();
    }

    /** Sends a hint to listeners once this transaction commits; equal hints of one transaction are sent once. */
    public void notify(String channel, String payload) {
        first(String.class, "SELECT pg_notify(?, ?)::text", channel, payload);
    }

    /** Makes the end of this transaction a rollback although its work returns normally, as a dry run wants it. */
    public void rollBackAtEnd() {
        rollbackOnly = true;
    }

    boolean isRollbackOnly() {
        return rollbackOnly;
    }

    Connection connection() {
        return connection;
    }
}
