package io.weft.e2e.launch;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The Kubernetes cluster of this machine, through the program that local-cluster/ builds. */
public final class LocalCluster {
    private static final Duration UP = Duration.ofMinutes(5);
    private static final Duration LOAD = Duration.ofMinutes(2);
    private static final Duration DOWN = Duration.ofMinutes(3);
    private static final ObjectMapper JSON = new ObjectMapper();

    private final Layout layout;
    private final Processes processes;

    LocalCluster(Layout layout, Processes processes) {
        this.layout = layout;
        this.processes = processes;
    }

    /**
     * A cluster that runs.
     *
     * @param kubernetes its version, such as {@code v1.33.13}
     * @param hostAddress this machine as the cluster sees it
     */
    public record Running(String kubernetes, Path kubeconfig, String hostAddress) {}

    /** Starts it, or finds it running; what a killed start left is cleaned up first. */
    Running up() {
        call(
                "cluster",
                UP,
                "up",
                "--name",
                Layout.CLUSTER_NAME,
                "--state",
                layout.cluster().toString(),
                "--bin",
                layout.build().resolve("bin").toString(),
                "--images",
                layout.images().toString());
        return running()
                .orElseThrow(() -> new Failure(
                        "cluster",
                        "no " + layout.cluster().resolve("cluster.json"),
                        "run ./weft down, then ./weft up",
                        layout.log("cluster")));
    }

    /** What is on record; it may have died since. */
    public Optional<Running> running() {
        Path file = layout.cluster().resolve("cluster.json");
        if (!Files.exists(file)) {
            return Optional.empty();
        }
        try {
            JsonNode about = JSON.readTree(file.toFile());
            return Optional.of(new Running(
                    about.path("kubernetes").asText(),
                    Path.of(about.path("kubeconfig").asText()),
                    about.path("hostAddress").asText()));
        } catch (IOException e) {
            throw new Failure("cluster", file + ": " + e.getMessage(), "run ./weft down, then ./weft up");
        }
    }

    /** Makes an image archive known to the node. */
    public void load(Path archive) {
        call("image-load", LOAD, "load", "--state", layout.cluster().toString(), archive.toString());
    }

    /** Ends it and removes what it left on the machine. */
    void down() {
        if (Files.exists(layout.program("weft-cluster")) && Files.exists(layout.cluster())) {
            call("cluster-down", DOWN, "down", "--state", layout.cluster().toString());
        }
    }

    /** One line per part; empty when no cluster was begun. */
    List<String> status() {
        if (!Files.exists(layout.program("weft-cluster")) || !Files.exists(layout.cluster())) {
            return List.of();
        }
        Command.Result result = Command.run(
                List.of(
                        layout.program("weft-cluster").toString(),
                        "status",
                        "--state",
                        layout.cluster().toString()),
                layout.root(),
                Map.of(),
                "",
                Duration.ofSeconds(20));
        return result.output().lines().toList();
    }

    private void call(String name, Duration limit, String... arguments) {
        List<String> command =
                new java.util.ArrayList<>(List.of(layout.program("weft-cluster").toString()));
        command.addAll(List.of(arguments));
        processes.run(name, command, Map.of(), limit);
    }
}
