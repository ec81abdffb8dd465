package io.weft.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import io.weft.e2e.demo.Counted;
import io.weft.e2e.demo.Hub;
import io.weft.e2e.launch.Command;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestMethodOrder;

/**
 * One part after the other is away for a minute under load: no request fails, what was accepted is still there, policy
 * stays in force, telemetry is complete or its loss is counted.
 */
@Tag("full")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class OutagesIT {
    private static final Duration OUTAGE = Duration.ofMinutes(1);
    private static final Duration RECOVERY = Duration.ofMinutes(2);
    private static final String DISK_SIZE = "700m";

    private final Path disk = Live.layout().build().resolve("live-disk");
    private @Nullable Live running;

    @BeforeAll
    void meshWithPoliciesOnASmallDisk() throws IOException {
        Live.endLeftovers();
        run("sh", "-c", "! mountpoint -q \"$1\" || umount \"$1\"", "sh", disk.toString());
        Files.createDirectories(disk);
        run("mount", "-t", "tmpfs", "-o", "size=" + DISK_SIZE + ",mode=755", "weft-live", disk.toString());
        Files.createDirectories(Live.layout().state());
        Files.createSymbolicLink(Live.layout().services(), disk);
        running = Live.startOnWhatIsThere();
        assertThat(Live.layout().services().toRealPath()).isEqualTo(disk.toRealPath());
        live().job().enrol();
        live().job().installMesh();
        live().job().enforcePolicies();
    }

    @AfterAll
    void end() throws IOException {
        if (running != null) {
            running.close();
        } else {
            Live.endLeftovers();
        }
        run("umount", disk.toString());
        Files.deleteIfExists(disk);
    }

    @Test
    @Order(1)
    void withoutTheHubTheMeshGoesOnAndDriftIsRestored() {
        Instant begin = Instant.now();
        for (String part : List.of("upgrade-orchestrator", "fleet-manager", "api-service")) {
            Live.signal("KILL", live().processes(part));
        }

        deletedObjectComesBack();
        pauseUntil(begin.plus(OUTAGE));
        live().startMissing();

        standsAsBefore(begin);
    }

    @Test
    @Order(2)
    void aHangingDatabaseIsAnsweredAsUnavailable() {
        Instant begin = Instant.now();
        List<Long> postgres = live().processes("postgres");
        Live.signal("STOP", postgres);
        try {
            await().atMost(Duration.ofSeconds(45))
                    .untilAsserted(() -> assertThat(clusters().status()).isEqualTo(503));
            pauseUntil(begin.plus(OUTAGE));
        } finally {
            Live.signal("CONT", postgres);
        }

        standsAsBefore(begin);
    }

    @Test
    @Order(3)
    void withoutPostgresNothingAcceptedIsLost() {
        goneForAMinute(
                "postgres",
                () -> await().atMost(Duration.ofSeconds(20)).untilAsserted(() -> {
                    Hub.Answer answer = clusters();
                    assertThat(answer.status()).isEqualTo(503);
                    assertThat(answer.body().path("code").asText()).isEqualTo("UNAVAILABLE");
                }));
    }

    @Test
    @Order(4)
    void withoutKafkaTheApiGoesOn() {
        goneForAMinute("kafka", () -> assertThat(clusters().status()).isEqualTo(200));
    }

    @Test
    @Order(5)
    void withoutTheApiServerTheMeshGoesOn() {
        Instant begin = Instant.now();
        List<Long> apiServer = apiServer();
        assertThat(apiServer).hasSize(1);
        Live.signal("STOP", apiServer);
        try {
            pauseUntil(begin.plus(OUTAGE));
        } finally {
            Live.signal("CONT", apiServer);
        }

        standsAsBefore(begin);
        deletedObjectComesBack();
    }

    @Test
    @Order(6)
    void aFullDiskRefusesWritesAndLosesNoneThatItTook() throws IOException {
        Instant begin = Instant.now();
        Path filler = disk.resolve("filler");
        List<String> accepted = new ArrayList<>();
        try {
            fill(filler, "1M");
            await().pollInterval(Duration.ofMillis(100))
                    .atMost(Duration.ofMinutes(2))
                    .untilAsserted(() -> {
                        fill(filler, "4k"); // what was freed meanwhile as well
                        Hub.Answer answer = create("full-" + accepted.size());
                        if (answer.ok()) {
                            accepted.add(answer.body().path("id").asText());
                        }
                        assertThat(answer.status()).isEqualTo(503);
                    });
            pauseUntil(begin.plus(OUTAGE));
        } finally {
            Files.deleteIfExists(filler);
        }

        standsAsBefore(begin);
        assertThat(create("free-again").status()).isEqualTo(201);
        for (String id : accepted) {
            assertThat(live().job().hub().tryGet("/clusters/" + id).status())
                    .as(id)
                    .isEqualTo(200);
        }
    }

    private Hub.Answer clusters() {
        return live().job().hub().tryGet("/clusters");
    }

    private Hub.Answer create(String name) {
        String note = "x".repeat(200);
        return live().job()
                .hub()
                .tryPost(
                        "/clusters",
                        Map.of(
                                "name",
                                name,
                                "spec",
                                Map.of("access", "observe", "namespaceSelector", "note!=" + note.substring(0, 60))));
    }

    /** The part's process is killed, and nobody may start it again for a minute. */
    private void goneForAMinute(String part, Runnable meanwhile) {
        Instant begin = Instant.now();
        List<Long> supervisor = live().processes("local-services");
        Live.signal("STOP", supervisor);
        try {
            Live.signal("KILL", live().processes(part));
            meanwhile.run();
            pauseUntil(begin.plus(OUTAGE));
        } finally {
            Live.signal("CONT", supervisor);
        }

        standsAsBefore(begin);
    }

    private void standsAsBefore(Instant begin) {
        await().atMost(RECOVERY).untilAsserted(() -> {
            JsonNode cluster = live().job()
                    .hub()
                    .find("/clusters/" + live().job().clusterId())
                    .orElseThrow(() -> new AssertionError("the hub is away"));
            assertThat(Live.items(cluster.at("/status/conditions")))
                    .filteredOn(condition -> condition.path("type").asText().equals("Connected"))
                    .extracting(condition -> condition.path("status").asText())
                    .containsExactly("True");
        });
        await().atMost(RECOVERY)
                .untilAsserted(() -> assertThat(live().job().hub().find("/policies").stream()
                                .flatMap(list -> Live.items(list).stream())
                                .filter(policy -> policy.at("/status/targets/0/state")
                                        .asText()
                                        .equals("enforced")))
                        .hasSize(3));
        Counted counted = live().job().countedSince(begin);
        System.out.println(counted);
        assertThat(live().job().failedSince(begin)).as("failed requests").isZero();
        assertThat(counted.byWeft()).as("never twice").isLessThanOrEqualTo(counted.byClient() * 1005 / 1000);
        if (counted.samplesLost() == 0) {
            assertThat(counted.apartPercent()).as("nothing is said to be lost").isLessThanOrEqualTo(0.5);
        }
    }

    private void deletedObjectComesBack() {
        String kind = "authorizationpolicies.security.istio.io";
        JsonNode object =
                Live.items(live().cluster().get(kind, "-n", "payments")).getFirst();
        String name = object.at("/metadata/name").asText();
        live().cluster().kubectl("-n", "payments", "delete", kind, name);
        await().atMost(Duration.ofSeconds(15))
                .untilAsserted(() -> assertThat(live().cluster()
                                .tryKubectl("", "-n", "payments", "get", kind, name, "-o", "jsonpath={.metadata.uid}")
                                .output())
                        .isNotEmpty()
                        .isNotEqualTo(object.at("/metadata/uid").asText()));
    }

    private static List<Long> apiServer() {
        String state = Live.layout().cluster().toString();
        return ProcessHandle.allProcesses()
                .filter(process -> {
                    String[] words = commandLine(process.pid());
                    return Stream.of(words).limit(2).anyMatch(word -> word.endsWith("kube-apiserver"))
                            && Stream.of(words).anyMatch(word -> word.contains(state));
                })
                .map(ProcessHandle::pid)
                .toList();
    }

    private static String[] commandLine(long pid) {
        try {
            return Files.readString(Path.of("/proc", Long.toString(pid), "cmdline"))
                    .split("\0", -1);
        } catch (IOException ended) {
            return new String[] {""};
        }
    }

    private static void pauseUntil(Instant moment) {
        await().pollDelay(Duration.ZERO)
                .atMost(OUTAGE.plusSeconds(30))
                .until(() -> Instant.now().isAfter(moment));
    }

    private static void fill(Path file, String blockSize) {
        run(
                "sh",
                "-c",
                "dd if=/dev/zero of=\"$1\" oflag=append conv=notrunc bs=$2 2>/dev/null || true",
                "sh",
                file.toString(),
                blockSize);
    }

    private static void run(String... command) {
        Command.Result result = Command.run(List.of(command), Path.of("/"), Map.of(), "", Duration.ofMinutes(1));
        assertThat(result.ok())
                .as(String.join(" ", command) + ": " + result.said())
                .isTrue();
    }

    private Live live() {
        return Objects.requireNonNull(running);
    }
}
