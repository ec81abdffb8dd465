package io.weft.kit.tenancy;

import java.sql.SQLException;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.postgresql.util.PSQLException;
import org.postgresql.util.ServerErrorMessage;

/** What PostgreSQL refused. Decide by {@link #sqlState()} and {@link #constraint()}, never by the text. */
public final class DatabaseException extends RuntimeException {
    private static final String UNIQUE_VIOLATION = "23505";
    private static final String NO_CONNECTION = "08001"; // what the pool says carries no state: none was free in time

    private final String sqlState;
    private final @Nullable String constraint;

    private DatabaseException(SQLException cause, String sqlState, @Nullable String constraint) {
        super("PostgreSQL answered " + sqlState + ": " + cause.getMessage(), cause);
        this.sqlState = sqlState;
        this.constraint = constraint;
    }

    static DatabaseException from(SQLException cause) {
        String state = cause.getSQLState();
        return new DatabaseException(cause, state == null ? NO_CONNECTION : state, constraintOf(cause));
    }

    private static @Nullable String constraintOf(SQLException cause) {
        ServerErrorMessage message = cause instanceof PSQLException postgres ? postgres.getServerErrorMessage() : null;
        return message == null ? null : message.getConstraint();
    }

    public String sqlState() {
        return sqlState;
    }

    /** Name of the violated constraint, the key of a table from constraint to problem type. */
    public Optional<String> constraint() {
        return Optional.ofNullable(constraint);
    }

    public boolean isUniqueViolation() {
        return UNIQUE_VIOLATION.equals(sqlState);
    }
}
