package io.weft.e2e.demo;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.weft.e2e.launch.Command;
import io.weft.e2e.launch.Failure;
import io.weft.e2e.launch.Layout;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** The cluster as its owner sees it: kubectl, helm, a shell with both on its path. */
public final class Cluster {
    private static final Duration LIMIT = Duration.ofMinutes(3);
    private static final ObjectMapper JSON = new ObjectMapper();

    private final Layout layout;
    private final Path kubeconfig;

    public Cluster(Layout layout, Path kubeconfig) {
        this.layout = layout;
        this.kubeconfig = kubeconfig;
    }

    /** Runs kubectl; {@link Failure} with what it said when it does not succeed. */
    public String kubectl(String... arguments) {
        Command.Result result = tryKubectl("", arguments);
        if (!result.ok()) {
            throw new Failure(
                    "kubectl",
                    String.join(" ", arguments) + ": " + result.said(),
                    "look at the cluster: export KUBECONFIG=" + kubeconfig);
        }
        return result.output();
    }

    public Command.Result tryKubectl(String input, String... arguments) {
        List<String> command = new ArrayList<>(List.of(layout.program("kubectl").toString()));
        command.addAll(List.of(arguments));
        return Command.run(command, layout.root(), environment(), input, LIMIT);
    }

    /** {@code kubectl get ... -o json}. */
    public JsonNode get(String... arguments) {
        List<String> all = new ArrayList<>(List.of("get"));
        all.addAll(List.of(arguments));
        all.addAll(List.of("-o", "json"));
        return json(kubectl(all.toArray(String[]::new)));
    }

    /** Process ids on this machine: those in the control group of the agent's pod, without the pause program. */
    public List<Long> agentProcesses() {
        String uid = get("pods", "-n", "weft-system", "-l", "app.kubernetes.io/name=weft-agent")
                .at("/items/0/metadata/uid")
                .asText();
        return ProcessHandle.allProcesses()
                .map(ProcessHandle::pid)
                .filter(pid -> !uid.isEmpty()
                        && ofProcess(pid, "cgroup").contains(uid)
                        && !ofProcess(pid, "comm").strip().equals("pause"))
                .toList();
    }

    private static String ofProcess(long pid, String file) {
        try {
            return Files.readString(Path.of("/proc", Long.toString(pid), file));
        } catch (IOException ended) {
            return "";
        }
    }

    /** Runs one line as a user would paste it, in a folder of its own; {@code input} is what they would type. */
    Command.Result shell(String line, String input) {
        return Command.run(
                List.of("bash", "-c", "set -euo pipefail; " + line), installFolder(), environment(), input, LIMIT);
    }

    /** The install lines write a values file to where they run. */
    private Path installFolder() {
        try {
            return Files.createDirectories(layout.state().resolve("install"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    List<String> kubectlCommand(String... arguments) {
        List<String> command =
                new ArrayList<>(List.of(layout.program("kubectl").toString(), "--kubeconfig=" + kubeconfig));
        command.addAll(List.of(arguments));
        return command;
    }

    Path kubeconfig() {
        return kubeconfig;
    }

    private Map<String, String> environment() {
        String helm = layout.state().resolve("helm").toString();
        return Map.of(
                "KUBECONFIG", kubeconfig.toString(),
                "PATH", layout.build().resolve("bin") + ":" + System.getenv().getOrDefault("PATH", "/usr/bin:/bin"),
                "HELM_CACHE_HOME", helm + "/cache",
                "HELM_CONFIG_HOME", helm + "/config",
                "HELM_DATA_HOME", helm + "/data");
    }

    static JsonNode json(String text) {
        try {
            return JSON.readTree(text);
        } catch (IOException e) {
            throw new UncheckedIOException("not JSON: " + text.substring(0, Math.min(200, text.length())), e);
        }
    }
}
