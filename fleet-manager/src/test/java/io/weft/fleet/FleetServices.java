package io.weft.fleet;

import io.quarkus.test.common.QuarkusTestResourceLifecycleManager;
import io.weft.testkit.Kafka;
import io.weft.testkit.TestDatabase;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** PostgreSQL, Kafka and settings of the one application that all tests of this module share. */
public final class FleetServices implements QuarkusTestResourceLifecycleManager {
    private static @Nullable TestDatabase database;
    private static int gatewayPort;
    private @Nullable Path keyFile;

    /** The application's database. */
    public static TestDatabase database() {
        if (database == null) {
            throw new IllegalStateException("The test class is not annotated with @FleetTest");
        }
        return database;
    }

    public static int gatewayPort() {
        return gatewayPort;
    }

    @Override
    public Map<String, String> start() {
        TestDatabase created = TestDatabase.create();
        database = created;
        try (ServerSocket free = new ServerSocket(0)) {
            gatewayPort = free.getLocalPort();
            byte[] key = new byte[32];
            new SecureRandom().nextBytes(key);
            keyFile = Files.createTempFile(
                    "signer",
                    ".key",
                    PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
            Files.write(keyFile, key);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        Map<String, String> settings = new HashMap<>(created.quarkusSettings("weft_fleet"));
        settings.put("kafka.bootstrap.servers", Kafka.shared().bootstrapServers());
        settings.put("weft.signer.key-file", keyFile.toString());
        settings.put("weft.gateway.listen", "127.0.0.1:" + gatewayPort);
        settings.put("quarkus.http.test-port", "0");
        return settings;
    }

    @Override
    public void stop() {
        if (database != null) {
            database.close();
        }
        try {
            if (keyFile != null) {
                Files.deleteIfExists(keyFile);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
