package io.weft.api;

import io.quarkus.test.common.QuarkusTestResourceLifecycleManager;
import io.weft.kit.id.TenantId;
import io.weft.kit.seal.Sealer;
import io.weft.kit.seal.SealingKey;
import io.weft.kit.tenancy.TenantTransactions;
import io.weft.testkit.TestDatabase;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.HashMap;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** The hub under test: its own database, and two organisations made by the bootstrap. */
public final class Hub implements QuarkusTestResourceLifecycleManager {
    private static final SealingKey SEALING_KEY = SealingKey.of(random());
    private static final Sealer SEALER = new Sealer(SEALING_KEY);

    private static @Nullable Hub running;

    private final TestDatabase database = TestDatabase.create();
    private final Path folder = temporaryFolder();

    private static byte[] random() {
        byte[] bytes = new byte[32];
        new SecureRandom().nextBytes(bytes);
        return bytes;
    }

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
            Files.write(folder.resolve("page-token.key"), random());
            Files.setPosixFilePermissions(
                    folder.resolve("page-token.key"), PosixFilePermissions.fromString("rw-------"));
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

    /** The key that {@link #seal} signs with. */
    static String sealingKey() {
        return SEALING_KEY.id();
    }

    /** What upgrade-orchestrator does each minute. */
    static void seal(String organisation) {
        TenantTransactions transactions =
                new TenantTransactions(running().database.dataSource("weft_upgrade"));
        transactions.platform(tx -> {
            SEALER.publishKey(tx);
            return true;
        });
        UUID tenant = UUID.fromString(value("SELECT id::text FROM tenant WHERE name = '" + organisation + "'"));
        int sealed;
        do {
            sealed = transactions.in(new TenantId(tenant), SEALER::seal);
        } while (sealed > 0);
    }
}
