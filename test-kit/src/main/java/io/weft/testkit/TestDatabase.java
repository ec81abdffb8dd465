package io.weft.testkit;

import io.weft.local.PostgresProcess;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import javax.sql.DataSource;
import org.flywaydb.core.Flyway;
import org.postgresql.ds.PGSimpleDataSource;

/** A database of its own for one test class, with all migrations applied. Closing drops it. */
public final class TestDatabase implements AutoCloseable {
    private static final String TEMPLATE = "weft_template";
    private static final AtomicInteger NUMBER = new AtomicInteger();
    private static boolean templateMade;

    private final PostgresProcess postgres;
    private final String name;

    private TestDatabase(PostgresProcess postgres, String name) {
        this.postgres = postgres;
        this.name = name;
    }

    /** The first one of a run migrates a template; each is a copy of it. */
    public static TestDatabase create() {
        PostgresProcess postgres = Postgres.shared();
        String name = "test_" + NUMBER.incrementAndGet();
        try {
            makeTemplate(postgres);
            postgres.createDatabase(name, TEMPLATE);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return new TestDatabase(postgres, name);
    }

    private static synchronized void makeTemplate(PostgresProcess postgres) throws IOException {
        if (templateMade) {
            return;
        }
        postgres.createDatabase(TEMPLATE);
        Flyway.configure()
                .dataSource(postgres.jdbcUrl(TEMPLATE), "weft_owner", postgres.password("weft_owner"))
                .locations("filesystem:" + Checkout.root().resolve("db/migrations"))
                .failOnMissingLocations(true)
                .load()
                .migrate();
        templateMade = true;
    }

    public String jdbcUrl() {
        return postgres.jdbcUrl(name);
    }

    /** Password of {@code weft_owner}, {@code weft_api}, {@code weft_fleet} or {@code weft_upgrade}. */
    public String password(String role) {
        try {
            return postgres.password(role);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Connections as a role, each a new one. */
    public DataSource dataSource(String role) {
        PGSimpleDataSource source = new PGSimpleDataSource();
        source.setUrl(jdbcUrl());
        source.setUser(role);
        source.setPassword(password(role));
        return source;
    }

    /** Settings for a Quarkus test that logs in as the role. */
    public Map<String, String> quarkusSettings(String role) {
        return Map.of(
                "quarkus.datasource.jdbc.url", jdbcUrl(),
                "quarkus.datasource.username", role,
                "quarkus.datasource.password", password(role));
    }

    /** A connection that row security does not bind, for arranging rows and for looking at what is really there. */
    public Connection superuser() throws SQLException {
        return postgres.superuser(name);
    }

    /** Runs statements as the superuser. */
    public void execute(String sql) {
        try (Connection connection = superuser();
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        } catch (SQLException e) {
            throw new IllegalStateException("Refused: " + sql, e);
        }
    }

    /** A new organisation. */
    public UUID tenant(String tenantName) {
        UUID id = UUID.randomUUID();
        try (Connection connection = superuser();
                PreparedStatement insert = connection.prepareStatement("INSERT INTO tenant (id, name) VALUES (?, ?)")) {
            insert.setObject(1, id);
            insert.setString(2, tenantName);
            insert.executeUpdate();
        } catch (SQLException e) {
            throw new IllegalStateException("Cannot make organisation " + tenantName, e);
        }
        return id;
    }

    @Override
    public void close() {
        try (Connection connection = postgres.superuser("postgres");
                Statement statement = connection.createStatement()) {
            statement.execute("DROP DATABASE IF EXISTS " + name + " WITH (FORCE)");
        } catch (SQLException e) {
            throw new IllegalStateException("Cannot drop " + name, e);
        }
    }
}
