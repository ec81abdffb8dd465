package io.weft.local;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** Kafka in a JVM of its own, with one broker on loopback. */
public final class KafkaProcess implements LocalProcess {
    private static final Duration START_WITHIN = Duration.ofSeconds(90);
    private static final Duration STOP_WITHIN = Duration.ofSeconds(15);
    private static final Duration LOOK_EVERY = Duration.ofMillis(50);
    private static final List<String> LEAN = List.of(
            "-Xms64m",
            "-Xmx160m",
            "-XX:+UseSerialGC",
            "-XX:TieredStopAtLevel=1",
            "-Xss512k",
            "-XX:+UseCompactObjectHeaders",
            "-XX:ReservedCodeCacheSize=48m",
            "-XX:MaxDirectMemorySize=64m",
            "-XX:-UsePerfData");

    private final int port;
    private final Path folder;
    private final Path log;
    private final Process process;

    private KafkaProcess(Path state, Ports ports) throws IOException {
        this.port = ports.port("kafka");
        this.folder = state.resolve("kafka").toAbsolutePath();
        this.log = folder.resolve("log");
        Unprivileged unprivileged = new Unprivileged();
        unprivileged.own(folder);
        Path pid = state.resolve("kafka.pid"); // root's own, beside the folder of the unprivileged user
        Children.endLeftover(pid, line -> line.contains(folder.toString()), "TERM", STOP_WITHIN);
        ports.requireFree("kafka");
        ports.requireFree("kafkaController");
        Files.deleteIfExists(folder.resolve("ready"));
        List<String> command = new ArrayList<>(List.of(java(), "-cp", System.getProperty("java.class.path")));
        command.addAll(1, LEAN);
        command.addAll(List.of(
                KafkaMain.class.getName(),
                folder.toString(),
                Integer.toString(port),
                Integer.toString(ports.port("kafkaController"))));
        process = Children.start(unprivileged.command("TERM", command, needed()), Map.of("MALLOC_ARENA_MAX", "2"), log);
        Files.writeString(pid, Long.toString(process.pid()));
        awaitReady();
    }

    /** Starts on the data in {@code state/kafka}, which is made if there is none. */
    static KafkaProcess start(Path state, Ports ports) throws IOException {
        return new KafkaProcess(state, ports);
    }

    private static String java() {
        return Path.of(System.getProperty("java.home"), "bin", "java").toString();
    }

    /** Folders of the class path, with those of Java and of the data. */
    private List<Path> needed() {
        Stream<Path> classes = Arrays.stream(
                        System.getProperty("java.class.path").split(File.pathSeparator, -1))
                .map(Path::of)
                .map(entry -> Files.isDirectory(entry)
                        ? entry
                        : entry.toAbsolutePath().getParent());
        return Stream.concat(Stream.of(folder, Path.of(System.getProperty("java.home"))), classes)
                .toList();
    }

    private void awaitReady() throws IOException {
        Instant deadline = Instant.now().plus(START_WITHIN);
        while (process.isAlive()) {
            if (Files.exists(folder.resolve("ready"))) {
                return;
            }
            if (Instant.now().isAfter(deadline)) {
                process.destroyForcibly();
                throw new IOException("Kafka is not ready after " + START_WITHIN + ": see " + log);
            }
            try {
                Thread.sleep(LOOK_EVERY);
            } catch (InterruptedException e) {
                throw Children.interrupted(e);
            }
        }
        throw new IOException("Kafka ended with exit code " + process.exitValue() + ": see " + log);
    }

    public String bootstrapServers() {
        return "127.0.0.1:" + port;
    }

    @Override
    public String name() {
        return "kafka";
    }

    @Override
    public ProcessHandle handle() {
        return process.toHandle();
    }

    @Override
    public void close() throws IOException {
        Children.end(process.toHandle(), "TERM", STOP_WITHIN);
    }
}
