package io.weft.kit.tenancy;

import jakarta.annotation.PreDestroy;
import jakarta.inject.Singleton;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import java.util.regex.Pattern;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;
import org.postgresql.PGConnection;
import org.postgresql.PGNotification;

/**
 * Receives NOTIFY on one direct connection of its own (never a pooled one). A notification is a hint: it may be lost
 * while the connection is down, so every (re)connection calls each listener with an empty payload, "anything may have
 * changed". Listeners must be quick and must not throw; they run on one thread.
 */
@Singleton
public class Notifications implements AutoCloseable {
    private static final Logger LOG = Logger.getLogger(Notifications.class);
    private static final Pattern CHANNEL = Pattern.compile("[a-z][a-z_]{0,62}");
    private static final Duration WAIT = Duration.ofSeconds(1);
    private static final Duration RECONNECT_AFTER = Duration.ofSeconds(1);
    private static final int ROUNDS_BETWEEN_LIVENESS_CHECKS = 30;
    private static final int LIVENESS_TIMEOUT_SECONDS = 5;

    private final String jdbcUrl;
    private final Properties login = new Properties();
    private final Map<String, List<Consumer<String>>> listeners = new ConcurrentHashMap<>();
    private volatile boolean closed;
    private @Nullable Thread thread;

    public Notifications(
            @ConfigProperty(name = "quarkus.datasource.jdbc.url") String jdbcUrl,
            @ConfigProperty(name = "quarkus.datasource.username") String user,
            @ConfigProperty(name = "quarkus.datasource.password") String password) {
        this.jdbcUrl = jdbcUrl;
        login.setProperty("user", user);
        login.setProperty("password", password);
        login.setProperty("tcpKeepAlive", "true");
        login.setProperty("connectTimeout", "5");
        login.setProperty("socketTimeout", "30"); // a hint is waited for with a limit of its own
        login.setProperty("ApplicationName", "weft-listen");
    }

    /** Calls {@code onHint} with each payload of the channel, from about a second from now until {@link #close()}. */
    public synchronized void listen(String channel, Consumer<String> onHint) {
        if (!CHANNEL.matcher(channel).matches()) {
            throw new IllegalArgumentException("A channel is named in lower case letters and _, not " + channel);
        }
        listeners.computeIfAbsent(channel, _ -> new CopyOnWriteArrayList<>()).add(onHint);
        if (thread == null) {
            thread = Thread.ofVirtual().name("notifications").start(this::receive);
        }
    }

    @PreDestroy
    @Override
    public synchronized void close() {
        closed = true;
        if (thread != null) {
            thread.interrupt();
        }
    }

    private void receive() {
        while (!closed) {
            try (Connection connection = DriverManager.getConnection(jdbcUrl, login)) {
                receiveFrom(connection);
            } catch (SQLException e) {
                if (!closed) {
                    LOG.warnf("notifications.disconnected sqlState=%s: polling continues", e.getSQLState());
                    pause();
                }
            }
        }
    }

    private void receiveFrom(Connection connection) throws SQLException {
        PGConnection postgres = connection.unwrap(PGConnection.class);
        Set<String> heard = new HashSet<>();
        for (int round = 1; !closed; round++) {
            subscribe(connection, heard);
            PGNotification[] received = postgres.getNotifications((int) WAIT.toMillis());
            for (PGNotification notification : received == null ? new PGNotification[0] : received) {
                call(notification.getName(), notification.getParameter());
            }
            if (round % ROUNDS_BETWEEN_LIVENESS_CHECKS == 0 && !connection.isValid(LIVENESS_TIMEOUT_SECONDS)) {
                throw new SQLException("The connection is dead", "08006");
            }
        }
    }

    private void subscribe(Connection connection, Set<String> heard) throws SQLException {
        for (String channel : listeners.keySet()) {
            if (heard.add(channel)) {
                try (Statement statement = connection.createStatement()) {
                    statement.execute("LISTEN " + channel);
                }
                call(channel, "");
            }
        }
    }

    private void call(String channel, String payload) {
        for (Consumer<String> listener : listeners.getOrDefault(channel, List.of())) {
            try {
                listener.accept(payload);
            } catch (RuntimeException e) {
                LOG.errorf(e, "notifications.listenerFailed channel=%s", channel);
            }
        }
    }

    private void pause() {
        try {
            Thread.sleep(RECONNECT_AFTER);
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt(); // close() wants this thread to end: the loop sees closed
        }
    }
}
