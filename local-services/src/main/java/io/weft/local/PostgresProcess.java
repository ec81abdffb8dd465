package io.weft.local;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.postgresql.util.PasswordUtil;

/**
 * PostgreSQL in its own process, as a careful operator would run it: passwords are checked (SCRAM) for every connection,
 * commits survive {@code kill -9} (fsync on), only loopback listens. Its own time zone is not UTC;
 * a JDBC session takes the zone of its JVM.
 */
public final class PostgresProcess implements LocalProcess {
    /** The logins of Weft; the first one owns the database. */
    public static final List<String> ROLES = List.of("weft_owner", "weft_api", "weft_fleet", "weft_upgrade");

    private static final String SUPERUSER = "postgres";
    private static final String HOST = "127.0.0.1";
    private static final Duration START_WITHIN = Duration.ofSeconds(60);
    private static final Duration STOP_WITHIN = Duration.ofSeconds(20);
    private static final Duration LOOK_EVERY = Duration.ofMillis(50);

    private final Path home;
    private final Path data;
    private final Path log;
    private final Secrets secrets;
    private final int port;
    private final Unprivileged unprivileged = new Unprivileged();
    private final Process process;

    private PostgresProcess(Path home, Path state, Secrets secrets, Ports ports) throws IOException {
        this.home = home;
        this.data = state.resolve("postgres/data");
        this.log = state.resolve("postgres/log");
        this.secrets = secrets;
        this.port = ports.port("postgres");
        unprivileged.own(state.resolve("postgres"));
        Children.endLeftover(
                data.resolve("postmaster.pid"), line -> line.contains(data.toString()), "INT", STOP_WITHIN);
        ports.requireFree("postgres");
        if (!Files.exists(data.resolve("PG_VERSION"))) {
            initialise(state);
        }
        // Not in the data folder, which belongs to the unprivileged user: what is written there could be led elsewhere.
        Path access = state.resolve("pg_hba.conf");
        Files.writeString(access, "host all all 127.0.0.1/32 scram-sha-256\n");
        process =
                Children.start(unprivileged.command("INT", serverCommand(access), List.of(home, state)), Map.of(), log);
        awaitReady();
    }

    /** Starts on the data in {@code state/postgres}, which is made if there is none. */
    static PostgresProcess start(Path binaries, Path state, Secrets secrets, Ports ports) throws IOException {
        PostgresProcess postgres = new PostgresProcess(PostgresBinaries.in(binaries), state, secrets, ports);
        postgres.createRoles();
        return postgres;
    }

    private void initialise(Path state) throws IOException {
        PostgresBinaries.delete(data); // an interrupted initdb
        Path passwordFile = state.resolve("postgres/superuser");
        Files.deleteIfExists(passwordFile);
        Files.createFile(
                passwordFile, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        Files.writeString(passwordFile, secrets.password(SUPERUSER));
        unprivileged.own(state.resolve("postgres"));
        List<String> command = List.of(
                home.resolve("bin/initdb").toString(),
                "--pgdata=" + data,
                "--username=" + SUPERUSER,
                "--pwfile=" + passwordFile,
                "--auth=scram-sha-256",
                "--encoding=UTF8",
                "--locale=C",
                "--no-instructions");
        Children.run(unprivileged.command("KILL", command, List.of(home, state)), Map.of(), log, START_WITHIN);
        Files.delete(passwordFile);
    }

    private List<String> serverCommand(Path access) {
        List<String> command =
                new ArrayList<>(List.of(home.resolve("bin/postgres").toString(), "-D", data.toString()));
        Map.ofEntries(
                        Map.entry("listen_addresses", HOST),
                        Map.entry("hba_file", access.toString()),
                        Map.entry("port", Integer.toString(port)),
                        Map.entry("unix_socket_directories", ""),
                        Map.entry("fsync", "on"),
                        Map.entry("synchronous_commit", "on"),
                        Map.entry("full_page_writes", "on"),
                        Map.entry("timezone", "Asia/Kathmandu"),
                        Map.entry("log_timezone", "UTC"),
                        Map.entry("max_connections", "120"),
                        Map.entry("shared_buffers", "64MB"),
                        Map.entry("jit", "off"))
                .forEach((name, value) -> command.addAll(List.of("-c", name + "=" + value)));
        return command;
    }

    private void awaitReady() throws IOException {
        Instant deadline = Instant.now().plus(START_WITHIN);
        while (process.isAlive()) {
            try (Connection _ = superuser(SUPERUSER)) {
                return;
            } catch (SQLException e) {
                if (Instant.now().isAfter(deadline)) {
                    process.destroyForcibly();
                    throw new IOException("PostgreSQL does not answer after " + START_WITHIN + ": see " + log, e);
                }
            }
            pause();
        }
        throw new IOException("PostgreSQL ended with exit code " + process.exitValue() + ": see " + log);
    }

    private static void pause() throws IOException {
        try {
            Thread.sleep(LOOK_EVERY);
        } catch (InterruptedException e) {
            throw Children.interrupted(e);
        }
    }

    private void createRoles() throws IOException {
        try (Connection connection = superuser(SUPERUSER);
                Statement statement = connection.createStatement()) {
            for (String role : ROLES) {
                // Hashed here: the statement, which PostgreSQL may log, never holds the password.
                String verifier =
                        PasswordUtil.encodeScramSha256(secrets.password(role).toCharArray());
                String verb =
                        exists(statement, "SELECT 1 FROM pg_roles WHERE rolname = '" + role + "'") ? "ALTER" : "CREATE";
                statement.execute(verb + " ROLE " + role
                        + " LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOBYPASSRLS PASSWORD '" + verifier + "'");
            }
            if (!exists(statement, "SELECT 1 FROM pg_database WHERE datname = 'weft'")) {
                createDatabase("weft");
            }
        } catch (SQLException e) {
            throw new IOException("Cannot create the roles: " + e.getMessage(), e);
        }
    }

    private static boolean exists(Statement statement, String query) throws SQLException {
        try (var row = statement.executeQuery(query)) {
            return row.next();
        }
    }

    /** Creates a database owned by {@code weft_owner}, which only Weft's logins may enter. */
    public void createDatabase(String name) throws IOException {
        createDatabase(name, "template1");
    }

    /** {@link #createDatabase(String)} as a copy of another one, to which nobody is connected. */
    public void createDatabase(String name, String template) throws IOException {
        if (!name.matches("[a-z][a-z0-9_]{0,62}")) {
            throw new IllegalArgumentException("A database is named in lower case letters, digits and _, not " + name);
        }
        try (Connection connection = superuser(SUPERUSER);
                Statement statement = connection.createStatement()) {
            statement.execute("CREATE DATABASE " + name + " OWNER weft_owner TEMPLATE " + template);
            statement.execute("REVOKE CONNECT ON DATABASE " + name + " FROM PUBLIC");
            statement.execute("GRANT CONNECT ON DATABASE " + name + " TO " + String.join(", ", ROLES));
        } catch (SQLException e) {
            throw new IOException("Cannot create database " + name + ": " + e.getMessage(), e);
        }
    }

    /** A connection that row security does not bind: for looking at the catalogue, never for a service. */
    public Connection superuser(String database) throws SQLException {
        try {
            return DriverManager.getConnection(jdbcUrl(database), SUPERUSER, secrets.password(SUPERUSER));
        } catch (IOException e) {
            throw new SQLException("The superuser's password cannot be read", e);
        }
    }

    public String jdbcUrl(String database) {
        return "jdbc:postgresql://" + HOST + ":" + port + "/" + database;
    }

    /** The password of one of {@link #ROLES}. */
    public String password(String role) throws IOException {
        return secrets.password(role);
    }

    public Path passwordFile(String role) {
        return secrets.file(role);
    }

    public int port() {
        return port;
    }

    @Override
    public String name() {
        return "postgres";
    }

    @Override
    public ProcessHandle handle() {
        return process.toHandle();
    }

    /** Fast shutdown: open transactions are rolled back. */
    @Override
    public void close() throws IOException {
        Children.end(process.toHandle(), "INT", STOP_WITHIN);
    }
}
