package io.weft.local;

import java.io.File;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

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

    private KafkaProcess(Path state, int port, int controllerPort) throws IOException {
        this.port = port;
        this.folder = state.resolve("kafka").toAbsolutePath();
        this.log = folder.resolve("log");
        Unprivileged unprivileged = new Unprivileged();
        unprivileged.own(folder);
        Children.endLeftover(folder.resolve("pid"), line -> line.contains(folder.toString()), "TERM", STOP_WITHIN);
        Files.deleteIfExists(folder.resolve("ready"));
        List<String> command = new ArrayList<>(List.of(java(), "-cp", classPath(unprivileged)));
        command.addAll(1, LEAN);
        command.addAll(List.of(
                KafkaMain.class.getName(),
                folder.toString(),
                Integer.toString(port),
                Integer.toString(controllerPort)));
        process = Children.start(unprivileged.command("TERM", command), Map.of("MALLOC_ARENA_MAX", "2"), log);
        Files.writeString(folder.resolve("pid"), Long.toString(process.pid()));
        awaitReady();
    }

    /** Starts on the data in {@code state/kafka}, which is made if there is none. */
    static KafkaProcess start(Path state, int port, int controllerPort) throws IOException {
        return new KafkaProcess(state, port, controllerPort);
    }

    private static String java() {
        return Path.of(System.getProperty("java.home"), "bin", "java").toString();
    }

    /**
     * This module's jar with its {@code lib} folder where the unprivileged user can read it, else the class path of this
     * process.
     */
    private static String classPath(Unprivileged unprivileged) throws IOException {
        Optional<Path> target = Optional.ofNullable(System.getProperty("weft.root"))
                .map(root -> Path.of(root, "local-services", "target"))
                .or(KafkaProcess::besideThisClass);
        if (target.isPresent() && Files.isDirectory(target.get().resolve("lib"))) {
            return target.get().resolve("classes") + File.pathSeparator + target.get() + "/lib/*";
        }
        String own = System.getProperty("java.class.path");
        for (String entry : own.split(File.pathSeparator, -1)) {
            if (!unprivileged.canReach(Path.of(entry))) {
                throw new IOException("Kafka's unprivileged user cannot read " + entry
                        + ": package module local-services first, its target folder is used then");
            }
        }
        return own;
    }

    private static Optional<Path> besideThisClass() {
        try {
            return Optional.ofNullable(Path.of(KafkaProcess.class
                            .getProtectionDomain()
                            .getCodeSource()
                            .getLocation()
                            .toURI())
                    .getParent());
        } catch (URISyntaxException _) {
            return Optional.empty();
        }
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
