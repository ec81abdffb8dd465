package io.weft.kit.migrate;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import org.flywaydb.core.Flyway;

/**
 * Applies the migrations as the owner of the tables, does what {@link MaintainMain} does, then ends. Environment:
 * {@code WEFT_MIGRATE_URL} (JDBC), {@code WEFT_MIGRATE_USER}, {@code WEFT_MIGRATE_PASSWORD_FILE}, {@code WEFT_MIGRATE_FOLDER}.
 */
public final class MigrateMain {
    /** PostgreSQL that was killed refuses logins until it has recovered. */
    private static final int SECONDS_OF_RECOVERY = 60;

    private MigrateMain() {}

    /** Exit code 0: the schema is the newest one. */
    public static void main(String[] arguments) throws IOException {
        Map<String, String> environment = System.getenv();
        int applied = migrate(
                required(environment, "WEFT_MIGRATE_URL"),
                required(environment, "WEFT_MIGRATE_USER"),
                password(environment),
                Path.of(required(environment, "WEFT_MIGRATE_FOLDER")));
        System.out.println("Migrations applied: " + applied);
        MaintainMain.main(arguments);
    }

    static String password(Map<String, String> environment) throws IOException {
        return Files.readString(Path.of(required(environment, "WEFT_MIGRATE_PASSWORD_FILE")))
                .strip();
    }

    /** Forward only: no clean, no repair, no baseline. */
    static int migrate(String url, String user, String password, Path folder) {
        return Flyway.configure()
                .dataSource(url, user, password)
                .locations("filesystem:" + folder.toAbsolutePath())
                .connectRetries(SECONDS_OF_RECOVERY)
                .connectRetriesInterval(1)
                .cleanDisabled(true)
                .baselineOnMigrate(false)
                .failOnMissingLocations(true)
                .load()
                .migrate()
                .migrationsExecuted;
    }

    static String required(Map<String, String> environment, String name) {
        return Optional.ofNullable(environment.get(name))
                .filter(value -> !value.isBlank())
                .orElseThrow(() -> new IllegalArgumentException("Environment variable " + name + " is not set"));
    }
}
