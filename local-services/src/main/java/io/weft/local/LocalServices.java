package io.weft.local;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Optional;

/** PostgreSQL and Kafka on one state folder. Starting again on the same folder finds the same data, ports and passwords. */
public final class LocalServices {
    private static final ObjectMapper JSON = new ObjectMapper();

    private final Path state;
    private final Ports ports;
    private final Secrets secrets;

    private LocalServices(Path state) throws IOException {
        this.state = state.toAbsolutePath().normalize();
        Files.createDirectories(this.state);
        ports = new Ports(this.state.resolve("ports.json"));
        secrets = new Secrets(this.state.resolve("secrets"));
    }

    /**
     * Services whose data, logs and passwords live in a folder.
     *
     * @param state made if missing
     */
    public static LocalServices in(Path state) throws IOException {
        return new LocalServices(state);
    }

    /** Starts PostgreSQL and waits until it answers (first start 2 to 7 s). */
    public PostgresProcess startPostgres() throws IOException {
        return PostgresProcess.start(binaries(), state, secrets, ports);
    }

    /** Starts Kafka and waits until it serves (first start 2 to 5 s). */
    public KafkaProcess startKafka() throws IOException {
        return KafkaProcess.start(state, ports);
    }

    /** Unpacked programs are shared by all state folders of one checkout. */
    private Path binaries() {
        return Optional.ofNullable(System.getProperty("weft.root"))
                .map(root -> Path.of(root, ".weft", "binaries"))
                .orElse(state.resolve("binaries"));
    }

    /** Writes {@code services.json}: where everything is; passwords only by the names of their files. */
    void writeServicesFile(PostgresProcess postgres, KafkaProcess kafka) throws IOException {
        ObjectNode services = JSON.createObjectNode();
        ObjectNode database = services.putObject("postgres");
        database.put("host", "127.0.0.1")
                .put("port", postgres.port())
                .put("database", "weft")
                .put("jdbcUrl", postgres.jdbcUrl("weft"))
                .put("pid", postgres.handle().pid());
        ObjectNode files = database.putObject("passwordFiles");
        PostgresProcess.ROLES.forEach(
                role -> files.put(role, postgres.passwordFile(role).toString()));
        services.putObject("kafka")
                .put("bootstrapServers", kafka.bootstrapServers())
                .put("pid", kafka.handle().pid());
        Path partial = state.resolve("services.json.partial");
        Files.writeString(partial, services.toPrettyString() + "\n");
        Files.move(
                partial,
                state.resolve("services.json"),
                StandardCopyOption.ATOMIC_MOVE,
                StandardCopyOption.REPLACE_EXISTING);
    }

    void deleteServicesFile() throws IOException {
        Files.deleteIfExists(state.resolve("services.json"));
    }
}
