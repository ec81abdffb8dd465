package io.weft.api;

import static org.assertj.core.api.Assertions.assertThat;

import io.weft.testkit.TestDatabase;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The packaged service in a process of its own. */
class UnsafeStartIT {
    private static final Path JAR = Path.of("target/quarkus-app/quarkus-run.jar");
    private static final String SERVES = "Listening on";

    @TempDir
    Path folder;

    @Test
    void withUnsafeSettingsItNamesEachOneAndEndsBeforeItServes() throws Exception {
        try (TestDatabase database = TestDatabase.create()) {
            Map<String, String> settings = settings(database, "weft_owner", new byte[32]);
            settings.put("quarkus.http.host", "0.0.0.0");

            Run run = run(settings);

            assertThat(run.output())
                    .contains(
                            "start.refused check=databaseRole quarkus.datasource.username weft_owner owns tables",
                            "start.refused check=pageTokenKeyFile weft.page-token.key-file",
                            "start.refused check=plainHttp quarkus.http.host is 0.0.0.0",
                            "Not started, because it would be unsafe")
                    .doesNotContain(SERVES, database.password("weft_owner"));
            assertThat(run.exitCode()).isNotZero();
        }
    }

    @Test
    void withSafeSettingsItServes() throws Exception {
        byte[] random = new byte[32];
        new SecureRandom().nextBytes(random);
        try (TestDatabase database = TestDatabase.create()) {
            assertThat(run(settings(database, "weft_api", random)).output())
                    .contains(SERVES)
                    .doesNotContain("start.refused");
        }
    }

    private Map<String, String> settings(TestDatabase database, String login, byte[] key) throws IOException {
        Path file = Files.createFile(
                folder.resolve(login + ".key"),
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        Files.write(file, key);
        Map<String, String> settings = new HashMap<>(database.quarkusSettings(login));
        settings.put("weft.page-token.key-file", file.toString());
        settings.put("weft.gateway.url", "https://agents.weft.test:9443");
        settings.put("quarkus.http.host", "127.0.0.1");
        settings.put("quarkus.http.port", "0");
        return settings;
    }

    private record Run(int exitCode, String output) {}

    /** Until it ends, or serves: then it is ended. */
    private static Run run(Map<String, String> settings) throws IOException, InterruptedException {
        String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
        ProcessBuilder builder = new ProcessBuilder(java, "-Xmx256m", "-jar", JAR.toString()).redirectErrorStream(true);
        settings.forEach((name, value) -> builder.environment().put(variable(name), value));
        Process process = builder.start();
        try (BufferedReader lines = process.inputReader()) {
            StringBuilder output = new StringBuilder();
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                output.append(line).append('\n');
                if (line.contains(SERVES)) {
                    process.toHandle().destroy(); // the process itself would close what is read here
                }
            }
            assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
            return new Run(process.exitValue(), output.toString());
        } finally {
            process.destroyForcibly();
        }
    }

    private static String variable(String setting) {
        return setting.toUpperCase(Locale.ROOT).replaceAll("[^A-Z0-9]", "_");
    }
}
