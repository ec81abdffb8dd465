package io.weft.api;

import io.quarkus.test.common.QuarkusTestResourceLifecycleManager;
import io.weft.testkit.TestDatabase;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The hub under test: its own database, and two organisations made by the bootstrap. */
public final class Hub implements QuarkusTestResourceLifecycleManager {
    private static @Nullable Hub running;

    private final TestDatabase database = TestDatabase.create();
    private final Path folder = temporaryFolder();

    private static Path temporaryFolder() {
        try {
            return Files.createTempDirectory("weft-api");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Hub running() {
        if (running == null) {
            throw new IllegalStateException("the test class is not annotated with @HubTest");
        }
        return running;
    }

    @Override
    public Map<String, String> start() {
        running = this;
        try {
            Files.write(folder.resolve("page-token.key"), new byte[32]);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        Map<String, String> settings = new HashMap<>(database.quarkusSettings("weft_api"));
        settings.put(
                "weft.page-token.key-file", folder.resolve("page-token.key").toString());
        settings.put("weft.bootstrap.organisations", "acme,globex");
        settings.put("weft.bootstrap.key-folder", folder.toString());
        settings.put("weft.gateway.url", "https://agents.weft.test:9443");
        settings.put("quarkus.http.test-port", "0");
        return settings;
    }

    @Override
    public void stop() {
        database.close();
    }

    /** The bootstrapped admin key of an organisation. */
    static String adminKey(String organisation) {
        try {
            return Files.readString(running().folder.resolve(organisation + ".key"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static Path keyFile(String organisation) {
        return running().folder.resolve(organisation + ".key");
    }

    /** As the superuser, to arrange what other services would have written. */
    static void sql(String statement) {
        running().database.execute(statement);
    }

    /** One value as text, as the superuser: what is really there. */
    static String value(String query) {
        try (Connection connection = running().database.superuser();
                Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(query)) {
            if (!row.next()) {
                return "no row";
            }
            return String.valueOf(row.getString(1));
        } catch (SQLException e) {
            throw new IllegalStateException("Refused: " + query, e);
        }
    }
}
