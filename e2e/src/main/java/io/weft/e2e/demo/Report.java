package io.weft.e2e.demo;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.weft.e2e.launch.Failure;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** What {@code --report} writes; every figure was measured in that run. Component names are the file's. */
public record Report(
        String commit,
        Seconds seconds,
        Kubernetes cluster,
        List<Policy> policies,
        Telemetry telemetry,
        List<Rollout> rollouts,
        MemoryMiB memoryMiB) {
    public Report {
        policies = List.copyOf(policies);
        rollouts = List.copyOf(rollouts);
    }

    /** How long each part took; {@code total} from the start of {@code ./weft}. */
    public record Seconds(double build, double services, double cluster, double agent, double mesh, double total) {}

    /** Where the cluster is. */
    public record Kubernetes(String kubernetes, String kubeconfig) {}

    /** A policy in force, and what showed it. */
    public record Policy(String name, String kind, String state, Proof proof) {}

    /** One probe run: the refused side, what it saw, and its positive control. */
    public record Proof(String probe, String expected, String observed, String control) {}

    /** Both request counts are over the same span of complete windows. */
    public record Telemetry(
            long records, int services, long requestsByWeft, long requestsByClient, double lagSeconds) {}

    /** An upgrade's end. */
    public sealed interface Rollout {}

    /** A rollout that a gate ended. */
    public record RolledBack(
            String from,
            String to,
            String outcome,
            String gate,
            String reason,
            double secondsFromFirstBadRequestToRestored,
            long failedRequestsAfterRestored)
            implements Rollout {}

    /** A rollout that ended as it was meant to, and what the load met meanwhile. */
    public record Completed(String from, String to, String outcome, long requests, long failedRequests, double seconds)
            implements Rollout {}

    /** Resident set size of each process. */
    public record MemoryMiB(long apiService, long fleetManager, long upgradeOrchestrator, long agent) {}

    void write(Path file) {
        try {
            Files.write(
                    file, new ObjectMapper().writerWithDefaultPrettyPrinter().writeValueAsBytes(this));
        } catch (IOException e) {
            throw new Failure("demo", "report " + file + ": " + e.getMessage(), "name a file that can be written");
        }
    }

    /** One decimal is what these figures are good for. */
    static double tenths(double value) {
        return Math.round(value * 10) / 10.0;
    }
}
