package io.weft.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class LocalServicesIT {
    private Path state = Path.of("");

    @BeforeEach
    void folder() throws IOException {
        Path root = Path.of(Optional.ofNullable(System.getProperty("weft.root")).orElse(".."), ".weft");
        Files.createDirectories(root);
        state = Files.createTempDirectory(root, "local-services-it");
        Files.setPosixFilePermissions(state, PosixFilePermissions.fromString("rwxr-xr-x"));
    }

    @AfterEach
    void delete() throws IOException {
        PostgresBinaries.delete(state);
    }

    @Test
    void postgresChecksPasswordsAndKeepsWhatItCommitted() throws Exception {
        PostgresProcess first = LocalServices.in(state).startPostgres();
        try (first) {
            assertThatThrownBy(() -> DriverManager.getConnection(first.jdbcUrl("weft"), "weft_api", "wrong"))
                    .isInstanceOf(SQLException.class)
                    .hasMessageContaining("password authentication failed");
            assertThat(setting(first, "fsync")).isEqualTo("on");
            assertThat(setting(first, "synchronous_commit")).isEqualTo("on");
            assertThat(setting(first, "full_page_writes")).isEqualTo("on");
            assertThat(setting(first, "timezone")).isEqualTo("Asia/Kathmandu");
            execute(first, "CREATE TABLE kept (x int)", "INSERT INTO kept VALUES (7)");
            first.handle().destroyForcibly();
            first.handle().onExit().get(10, TimeUnit.SECONDS);
        }

        try (PostgresProcess second = LocalServices.in(state).startPostgres()) {
            assertThat(second.port()).isEqualTo(first.port());
            assertThat(query(second, "SELECT x::text FROM kept")).isEqualTo("7");
        }
    }

    @Test
    void aPostgresThatWasLeftRunningIsEndedBeforeTheNextStart() throws Exception {
        try (PostgresProcess left = LocalServices.in(state).startPostgres();
                PostgresProcess next = LocalServices.in(state).startPostgres()) {
            assertThat(left.handle().isAlive()).isFalse();
            assertThat(query(next, "SELECT 'up'")).isEqualTo("up");
        }
    }

    @Test
    void passwordsLieInFilesThatOnlyTheirOwnerReads() throws Exception {
        try (PostgresProcess postgres = LocalServices.in(state).startPostgres()) {
            for (String role : PostgresProcess.ROLES) {
                assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(postgres.passwordFile(role))))
                        .isEqualTo("rw-------");
            }
        }
    }

    @Test
    void childrenNeverRunAsRoot() throws Exception {
        try (PostgresProcess postgres = LocalServices.in(state).startPostgres()) {
            assertThat(Files.readString(
                            Path.of("/proc", Long.toString(postgres.handle().pid()), "status")))
                    .doesNotContain("Uid:\t0");
        }
    }

    @Test
    void aFolderThatOthersMayNotEnterIsNoObstacle() throws Exception {
        Path closed = Files.createDirectory(state.resolve("closed"));
        Files.setPosixFilePermissions(closed, PosixFilePermissions.fromString("rwx------"));
        Files.writeString(closed.resolve("private"), "not for the unprivileged user");
        LocalServices services = LocalServices.in(closed.resolve("a folder/state"));

        try (PostgresProcess postgres = services.startPostgres();
                KafkaProcess kafka = services.startKafka()) {
            assertThat(query(postgres, "SELECT 'up'")).isEqualTo("up");
            Path seen = Path.of("/proc", Long.toString(kafka.handle().pid()), "root", closed.toString());
            assertThat(Files.exists(seen.resolve("a folder"))).isTrue();
            assertThat(Files.exists(seen.resolve("private"))).isFalse();
        }

        assertThat(Files.readString(Path.of("/proc/self/mounts"))).doesNotContain(closed.toString());
    }

    @Test
    void aLinkInTheDataLeadsNobodyElsewhere() throws Exception {
        Path target = Files.writeString(state.resolve("of-root"), "x");
        Files.createDirectories(state.resolve("kafka"));
        Files.createSymbolicLink(state.resolve("kafka/link"), target);

        new Unprivileged().own(state.resolve("kafka"));

        assertThat(Files.getOwner(target).getName()).isEqualTo(System.getProperty("user.name"));
    }

    @Test
    void aPortThatSomebodyTookMeanwhileIsNamed() throws Exception {
        int port;
        try (PostgresProcess postgres = LocalServices.in(state).startPostgres()) {
            port = postgres.port();
        }
        try (ServerSocket taken = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
            assertThat(taken.isBound()).isTrue();
            assertThatThrownBy(() -> LocalServices.in(state).startPostgres())
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("Port " + port + " of postgres")
                    .hasMessageContaining("ports.json");
        }
    }

    @Test
    void anEmptyDraftOfAPasswordIsNoPassword() throws Exception {
        Path secrets = Files.createDirectories(state.resolve("secrets"));
        Files.writeString(secrets.resolve("weft_api.new"), "");

        assertThat(new Secrets(secrets).password("weft_api")).hasSize(48);
    }

    @Test
    void kafkaKeepsRecordsOverAKill() throws Exception {
        KafkaProcess first = LocalServices.in(state).startKafka();
        try (first) {
            try (Admin admin = Admin.create(Map.of("bootstrap.servers", first.bootstrapServers()))) {
                admin.createTopics(List.of(new NewTopic("kept", 1, (short) 1)))
                        .all()
                        .get(20, TimeUnit.SECONDS);
            }
            try (var producer = new KafkaProducer<>(
                    Map.<String, Object>of("bootstrap.servers", first.bootstrapServers(), "acks", "all"),
                    new StringSerializer(),
                    new StringSerializer())) {
                producer.send(new ProducerRecord<>("kept", "key", "value")).get(20, TimeUnit.SECONDS);
            }
            first.handle().destroyForcibly();
            first.handle().onExit().get(10, TimeUnit.SECONDS);
        }

        try (KafkaProcess second = LocalServices.in(state).startKafka();
                var consumer = new KafkaConsumer<>(
                        Map.<String, Object>of("bootstrap.servers", second.bootstrapServers()),
                        new StringDeserializer(),
                        new StringDeserializer())) {
            TopicPartition partition = new TopicPartition("kept", 0);
            consumer.assign(List.of(partition));
            consumer.seekToBeginning(List.of(partition));
            await().atMost(Duration.ofSeconds(30))
                    .untilAsserted(() -> assertThat(
                                    consumer.poll(Duration.ofSeconds(1)).records(partition))
                            .extracting(record -> record.value())
                            .containsExactly("value"));
        }
    }

    private static String setting(PostgresProcess postgres, String name) throws Exception {
        return query(postgres, "SHOW " + name);
    }

    private static String query(PostgresProcess postgres, String sql) throws Exception {
        try (Connection connection = owner(postgres);
                Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(sql)) {
            assertThat(row.next()).isTrue();
            return row.getString(1);
        }
    }

    private static void execute(PostgresProcess postgres, String... statements) throws Exception {
        try (Connection connection = owner(postgres);
                Statement statement = connection.createStatement()) {
            for (String sql : statements) {
                statement.execute(sql);
            }
        }
    }

    private static Connection owner(PostgresProcess postgres) throws Exception {
        return DriverManager.getConnection(postgres.jdbcUrl("weft"), "weft_owner", postgres.password("weft_owner"));
    }
}
