package io.weft.e2e.launch;

import io.weft.e2e.launch.Part.Listen;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** How each process of Weft is started; the settings are those of docs/protocol.md section 5. */
final class HubParts {
    static final String SERVICES = "local-services";
    static final String API = "api-service";
    static final String FLEET = "fleet-manager";
    static final String UPGRADE = "upgrade-orchestrator";
    static final String MAINTENANCE = "maintenance";

    /** In the order in which they start. */
    static final List<String> NAMES = List.of(SERVICES, API, FLEET, UPGRADE, MAINTENANCE);

    private static final Duration STOP = Duration.ofSeconds(20);

    /** PostgreSQL and Kafka end one after the other, in good order. */
    private static final Duration STOP_SERVICES = Duration.ofSeconds(40);

    /** How long a part may take to end before it is killed. */
    static Duration stop(String name) {
        return name.equals(SERVICES) ? STOP_SERVICES : STOP;
    }

    private static final Duration MAINTAIN_EVERY = Duration.ofHours(6);
    private static final Duration START = Duration.ofMinutes(3);
    private static final String LOOPBACK = "127.0.0.1";
    private static final String JAVA =
            Path.of(System.getProperty("java.home"), "bin", "java").toString();
    private static final List<String> LEAN = List.of(
            "-Xms64m",
            "-Xss512k",
            "-XX:+UseSerialGC",
            "-XX:TieredStopAtLevel=1",
            "-XX:+UseCompactObjectHeaders",
            "-XX:+ExitOnOutOfMemoryError",
            "--enable-native-access=ALL-UNNAMED");

    private final Layout layout;
    private final Settings settings;

    HubParts(Layout layout, Settings settings) {
        this.layout = layout;
        this.settings = settings;
    }

    /** It chooses its own ports and keeps them in its state folder. */
    Part localServices() {
        Path jar = onlyJar(layout.dist(SERVICES));
        List<String> command = List.of(
                JAVA,
                "-Xms32m",
                "-Xmx256m",
                "-XX:+UseSerialGC",
                "-Dweft.root=" + layout.root(),
                "-cp",
                jar + ":" + layout.dist(SERVICES).resolve("lib") + "/*",
                "io.weft.local.Main",
                "up",
                "--state",
                layout.services().toString());
        return new Part(
                SERVICES,
                command,
                Map.of(),
                List.of(jar),
                List.of(),
                () -> LocalServices.described(layout) ? "" : "no " + LocalServices.description(layout),
                START,
                STOP_SERVICES);
    }

    List<String> migrateCommand() {
        return asOwner("io.weft.kit.migrate.MigrateMain");
    }

    private List<String> asOwner(String program) {
        return List.of(
                JAVA,
                "-Xms32m",
                "-Xmx256m",
                "-XX:+UseSerialGC",
                "-cp",
                layout.dist(UPGRADE).resolve("lib/main") + "/*",
                program);
    }

    /** Partitions ahead and retention, as the owner of the tables. The first time is the migration's. */
    Part maintenance(LocalServices services) {
        return new Part(
                MAINTENANCE,
                again(MAINTAIN_EVERY, asOwner("io.weft.kit.migrate.MaintainMain")),
                migrateEnvironment(services),
                programs(UPGRADE),
                List.of(),
                () -> "",
                START,
                STOP);
    }

    /** Runs a command each time a pause is over, whatever became of it the time before; a shell waits in a megabyte. */
    static List<String> again(Duration pause, List<String> command) {
        List<String> loop = new ArrayList<>(List.of("/bin/sh", "-c", """
                trap 'kill $! 2>/dev/null; exit 0' TERM
                while :; do sleep %s & wait $!; "$@"; done
                """.formatted(pause.toMillis() / 1e3), "again"));
        loop.addAll(command);
        return loop;
    }

    Map<String, String> migrateEnvironment(LocalServices services) {
        return Map.of(
                "WEFT_MIGRATE_URL", services.jdbcUrl(),
                "WEFT_MIGRATE_USER", "weft_owner",
                "WEFT_MIGRATE_PASSWORD_FILE",
                        services.passwordFile("weft_owner").toString(),
                "WEFT_MIGRATE_FOLDER", layout.dist("migrations").toString());
    }

    Part api(LocalServices services, LocalCluster.Running cluster) {
        Map<String, String> environment = database(services, "weft_api", settings.api());
        environment.put("WEFT_BOOTSTRAP_ORGANISATIONS", "acme,globex");
        environment.put("WEFT_BOOTSTRAP_KEY_FOLDER", layout.keys().toString());
        environment.put("WEFT_GATEWAY_URL", "https://" + cluster.hostAddress() + ":" + settings.gateway());
        environment.put(
                "WEFT_AGENT_CHART", layout.root().resolve("charts/weft-agent").toString());
        environment.put(
                "WEFT_PAGE_TOKEN_KEY_FILE",
                Secrets.key(layout.secrets(), "page-token.key").toString());
        // Without a key it says 401, which takes the whole way through its filters.
        Part.Ready ready = Http.answers(settings.apiUrl() + "/api/v1/organisations/current", 401);
        return service(API, "256m", environment, List.of(new Listen("REST API", LOOPBACK, settings.api())), ready);
    }

    Part fleet(LocalServices services, LocalCluster.Running cluster) {
        Map<String, String> environment = database(services, "weft_fleet", settings.fleetHealth());
        environment.put("KAFKA_BOOTSTRAP_SERVERS", services.kafka());
        environment.put(
                "WEFT_GATEWAY_LISTEN",
                LOOPBACK + ":" + settings.gateway() + "," + cluster.hostAddress() + ":" + settings.gateway());
        environment.put(
                "WEFT_GATEWAY_HOSTS", "localhost," + LOOPBACK + "," + cluster.hostAddress() + ",host.weft.internal");
        environment.put(
                "WEFT_SIGNER_KEY_FILE",
                Secrets.key(layout.secrets(), "signer.key").toString());
        List<Listen> ports = List.of(
                new Listen("health of fleet-manager", LOOPBACK, settings.fleetHealth()),
                new Listen("gateway for agents", LOOPBACK, settings.gateway()),
                new Listen("gateway for agents", cluster.hostAddress(), settings.gateway()));
        return service(FLEET, "384m", environment, ports, healthy(settings.fleetHealth()));
    }

    Part upgrade(LocalServices services) {
        Map<String, String> environment = database(services, "weft_upgrade", settings.upgradeHealth());
        environment.put(
                "WEFT_AUDIT_SEAL_KEY_FILE",
                Secrets.key(layout.secrets(), "audit-seal.key").toString());
        List<Listen> ports = List.of(new Listen("health of upgrade-orchestrator", LOOPBACK, settings.upgradeHealth()));
        return service(UPGRADE, "256m", environment, ports, healthy(settings.upgradeHealth()));
    }

    private Part service(
            String name, String maximum, Map<String, String> environment, List<Listen> ports, Part.Ready ready) {
        Path jar = layout.dist(name).resolve("quarkus-run.jar");
        List<String> command = new ArrayList<>(List.of(JAVA, "-Xmx" + maximum));
        command.addAll(LEAN);
        command.addAll(List.of("-jar", jar.toString()));
        environment.put("MALLOC_ARENA_MAX", "2");
        return new Part(name, command, environment, programs(name), ports, ready, START, STOP);
    }

    private static Part.Ready healthy(int port) {
        return Http.answers("http://" + LOOPBACK + ":" + port + "/q/health/ready", 200);
    }

    private Map<String, String> database(LocalServices services, String login, int port) {
        Map<String, String> environment = new HashMap<>();
        environment.put("QUARKUS_DATASOURCE_JDBC_URL", services.jdbcUrl());
        environment.put("QUARKUS_DATASOURCE_USERNAME", login);
        environment.put("QUARKUS_DATASOURCE_PASSWORD", services.password(login));
        environment.put("QUARKUS_HTTP_HOST", LOOPBACK);
        environment.put("QUARKUS_HTTP_PORT", Integer.toString(port));
        return environment;
    }

    /** Quarkus' start jar never changes; what was built lies beside it. */
    private List<Path> programs(String name) {
        Path folder = layout.dist(name);
        try (Stream<Path> application = Files.walk(folder.resolve("app"));
                Stream<Path> modules = Files.list(folder.resolve("lib/main"))) {
            return Stream.concat(application, modules.filter(HubParts::ofWeft))
                    .filter(Files::isRegularFile)
                    .sorted()
                    .toList();
        } catch (IOException e) {
            throw new Failure(name, "not built: " + e.getMessage(), "run ./weft up, which builds what is missing");
        }
    }

    private static boolean ofWeft(Path jar) {
        return jar.getFileName().toString().startsWith("io.weft.");
    }

    private static Path onlyJar(Path folder) {
        try (Stream<Path> files = Files.list(folder)) {
            return files.filter(file -> file.toString().endsWith(".jar"))
                    .findFirst()
                    .orElseThrow(() -> new Failure(SERVICES, "no jar in " + folder, "run ./weft up, which builds it"));
        } catch (IOException e) {
            throw new UncheckedIOException("jar in " + folder, e);
        }
    }
}
