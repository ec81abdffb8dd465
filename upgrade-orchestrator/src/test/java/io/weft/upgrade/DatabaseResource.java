package io.weft.upgrade;

import io.quarkus.test.common.QuarkusTestResourceLifecycleManager;
import io.weft.testkit.TestDatabase;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A database of its own for the started service, and its login. */
public final class DatabaseResource implements QuarkusTestResourceLifecycleManager {
    private @Nullable TestDatabase database;

    @Override
    public Map<String, String> start() {
        TestDatabase made = TestDatabase.create();
        database = made;
        Map<String, String> settings = new HashMap<>(made.quarkusSettings("weft_upgrade"));
        settings.put("quarkus.http.test-port", "0");
        settings.put("weft.audit-seal.key-file", keyFile().toString());
        settings.put("weft.audit-seal.every", "1s");
        return settings;
    }

    private static Path keyFile() {
        byte[] key = new byte[32];
        new SecureRandom().nextBytes(key);
        try {
            Path file = Files.createTempFile(
                    "audit-seal",
                    ".key",
                    PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
            file.toFile().deleteOnExit();
            return Files.write(file, key);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void inject(TestInjector injector) {
        TestDatabase made = database;
        if (made != null) {
            injector.injectIntoFields(made, new TestInjector.MatchesType(TestDatabase.class));
        }
    }

    @Override
    public void stop() {
        if (database != null) {
            database.close();
        }
    }
}
