package io.weft.e2e.demo;

import static io.weft.e2e.demo.Hub.named;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.weft.e2e.demo.Await.Look;
import io.weft.e2e.demo.LoadClient.Count;
import io.weft.e2e.launch.Failure;
import io.weft.e2e.launch.Say;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.stream.StreamSupport;

/** Two rollouts to the same version: one that meets a planted regression, one that goes through. */
final class Upgrades {
    private static final int SHOWN_FAILURES = 30;
    private static final String BAD = "e2e/sample/bad-upgrade.yaml";
    private static final List<String> ENDED = List.of("rolledBack", "completed", "aborted");
    private static final List<String> STANDING = List.of("paused", "waitingApproval"); // "stuck" ends with its cause
    private static final Duration OBSERVED_AFTER = Duration.ofSeconds(20L + LoadClient.FINAL_AFTER_SECONDS);
    private static final int QUIET_SECONDS = 10;

    private final Hub hub;
    private final Cluster cluster;
    private final LoadClient client;
    private final Say say;
    private final Await await;

    Upgrades(Hub hub, Cluster cluster, LoadClient client, Say say) {
        this.hub = hub;
        this.cluster = cluster;
        this.client = client;
        this.say = say;
        this.await = new Await(say);
    }

    /** What a rollout came to, and when it was asked for. */
    record Ended(String id, JsonNode rollout, Instant start, Instant end) {
        JsonNode status() {
            return rollout.path("status");
        }
    }

    /** The mesh is to run the version; without a rollout nothing moves. */
    void want(String installationId, String version) {
        String meshId = hub.get("/installations/" + installationId)
                .path("spec")
                .path("meshId")
                .asText();
        JsonNode mesh = hub.get("/meshes/" + meshId);
        ObjectNode spec = mesh.path("spec").deepCopy();
        hub.put("/meshes/" + meshId, named(mesh.path("name").asText(), spec.put("version", version)));
        say.line("mesh " + meshId + " is to run " + version);
    }

    /** The regression that only proxies of the new version meet. */
    void plantRegression() {
        cluster.kubectl("apply", "-f", BAD);
        say.line("planted: " + BAD + " (only proxies of 1.27 meet it)");
    }

    void removeRegression() {
        cluster.kubectl("delete", "-f", BAD, "--wait=true");
        say.line("removed: " + BAD);
    }

    Report.RolledBack bad(String installationId, String from, String to, Consumer<JsonNode> onChange) {
        Ended ended = run(spec(installationId, to, "20s"), "rolledBack", Duration.ofMinutes(8), onChange);
        Await.pause();
        awaitSeconds(ended.end().plus(OBSERVED_AFTER));
        Restored restored = Restored.from(client.since(ended.start()), QUIET_SECONDS);
        String gate = failedGate(ended);
        String reason = ended.status().path("reason").asText() + ": "
                + ended.status().path("message").asText();
        say.line("rolled back by gate %s: %s".formatted(gate, reason));
        say.line("first bad request to restored: %d s; failed requests after that: %d"
                .formatted(restored.seconds(), restored.failedAfter()));
        return new Report.RolledBack(from, to, "rolledBack", gate, reason, restored.seconds(), restored.failedAfter());
    }

    Report.Completed good(String installationId, String from, String to, Consumer<JsonNode> onChange) {
        return measured(run(spec(installationId, to, "20s"), "completed", Duration.ofMinutes(15), onChange), from, to);
    }

    /** Every wave moves; before the old control plane is given up, somebody orders it all back. */
    Report.Completed thereAndBack(String installationId, String from, String to, Consumer<JsonNode> onChange) {
        AtomicBoolean ordered = new AtomicBoolean();
        Consumer<JsonNode> orderingBack = change -> {
            onChange.accept(change);
            if (change.at("/status/step").asText().equals("promote") && ordered.compareAndSet(false, true)) {
                String key = UUID.randomUUID().toString();
                String path = "/rollouts/" + change.path("id").asText() + "/commands";
                Map<String, Object> command = Map.of("command", "rollBack", "reason", "there and back");
                await.until("order to roll back", Duration.ofMinutes(2), "./weft status", () -> {
                    boolean taken = hub.offer(path, command, key).isPresent();
                    return Look.when(taken, true, "the hub is away");
                });
            }
        };
        Map<String, Object> spec = spec(installationId, to, "10m"); // time to order it, also with the hub away
        return measured(run(spec, "rolledBack", Duration.ofMinutes(25), orderingBack), from, to);
    }

    private Report.Completed measured(Ended ended, String from, String to) {
        awaitSeconds(ended.end().plusSeconds(LoadClient.FINAL_AFTER_SECONDS));
        NavigableMap<Long, Count> seconds = client.since(ended.start());
        seconds.tailMap(ended.end().getEpochSecond() + 1, true).clear();
        Count all = seconds.values().stream().reduce(Count.NONE, Count::plus);
        double took = Report.tenths(Duration.between(ended.start(), ended.end()).toMillis() / 1e3);
        String outcome = ended.status().path("phase").asText();
        say.line("%s in %.1f s: %d requests, %d failed, longest gap %d s"
                .formatted(outcome, took, all.total(), all.failed(), Restored.longestGap(seconds)));
        client.failuresBetween(ended.start(), ended.end(), SHOWN_FAILURES).forEach(say::detail);
        return new Report.Completed(from, to, outcome, all.total(), all.failed(), took);
    }

    /** Seconds from the first bad request to the end of the last one before a quiet spell. */
    record Restored(long seconds, long failedAfter) {
        static Restored from(NavigableMap<Long, Count> counts, int quiet) {
            long first = -1;
            long last = -1;
            long after = 0;
            for (Map.Entry<Long, Count> second : counts.entrySet()) {
                long failed = second.getValue().failed();
                if (failed == 0) {
                    continue;
                }
                if (first < 0 || second.getKey() <= last + quiet) {
                    first = first < 0 ? second.getKey() : first;
                    last = second.getKey();
                } else {
                    after += failed;
                }
            }
            return new Restored(first < 0 ? 0 : last + 1 - first, after);
        }

        /** Longest run of whole seconds in which no request ended. */
        static long longestGap(NavigableMap<Long, Count> counts) {
            long longest = 0;
            long before = -1;
            for (long second : counts.keySet()) {
                longest = Math.max(longest, before < 0 ? 0 : second - before - 1);
                before = second;
            }
            return longest;
        }
    }

    private Ended run(Map<String, Object> spec, String wanted, Duration limit, Consumer<JsonNode> onChange) {
        Instant start = Instant.now();
        String id = hub.post("/rollouts", Map.of("spec", spec)).path("id").asText();
        say.line("rollout " + id + " to " + spec.get("toVersion") + " asked for");
        Told told = new Told(onChange);
        JsonNode rollout = await.silent()
                .until(
                        "rollout " + wanted,
                        limit,
                        "GET /rollouts/" + id + "/decisions and ./weft logs upgrade-orchestrator",
                        () -> {
                            Optional<JsonNode> found = hub.find("/rollouts/" + id);
                            if (found.isEmpty()) {
                                return Look.notYet("the hub does not answer");
                            }
                            JsonNode seen = found.get();
                            told.tell(seen);
                            String phase = seen.path("status").path("phase").asText();
                            if (STANDING.contains(phase) || (ENDED.contains(phase) && !phase.equals(wanted))) {
                                throw new Failure(
                                        "demo",
                                        "the rollout is " + phase + " instead of " + wanted + ": "
                                                + seen.path("status"),
                                        "GET /rollouts/" + id + "/decisions says why");
                            }
                            return Look.when(
                                    phase.equals(wanted),
                                    seen,
                                    seen.path("status").toString());
                        });
        return new Ended(id, rollout, start, Instant.now());
    }

    private static Map<String, Object> spec(String installationId, String to, String finalSoak) {
        return Map.of(
                "installationId",
                installationId,
                "toVersion",
                to,
                "waves",
                List.of(wave("shop", "shop"), wave("rest", "orders,payments,load")),
                "gates",
                List.of(
                        Map.of("name", "success", "kind", "successRate", "maxDrop", 0.005, "minRequests", 100),
                        Map.of("name", "latency", "kind", "latencyShare", "maxRise", 0.02, "minRequests", 200),
                        Map.of("name", "sync", "kind", "proxySync"),
                        Map.of("name", "proofs", "kind", "probes")),
                "onFailure",
                "rollBackWave",
                "onNoData",
                "pause",
                "acceptUnsupported",
                List.of("envoy"),
                "controlPlaneSoak",
                "10s",
                "finalSoak",
                finalSoak);
    }

    private static Map<String, Object> wave(String name, String namespaces) {
        return Map.of(
                "name",
                name,
                "namespaceSelector",
                "kubernetes.io/metadata.name in (" + namespaces + ")",
                "maxParallelWorkloads",
                4,
                "soak",
                "30s");
    }

    /** Says each change once. */
    private final class Told {
        private final Consumer<JsonNode> onChange;
        private String last = "";

        Told(Consumer<JsonNode> onChange) {
            this.onChange = onChange;
        }

        void tell(JsonNode rollout) {
            JsonNode status = rollout.path("status");
            String now = "%s, step %s, wave %s: %s"
                    .formatted(
                            status.path("phase").asText(),
                            status.path("step").asText(),
                            status.path("wave").asText("-"),
                            status.path("message").asText());
            if (!now.equals(last)) {
                last = now;
                say.line("rollout " + now);
                onChange.accept(rollout);
            }
        }
    }

    /** The gate that failed: the last failed verdict among the decisions' gates. */
    private static String failedGate(Ended ended) {
        return StreamSupport.stream(ended.status().path("gates").spliterator(), false)
                .filter(gate -> gate.path("verdict").asText().equals("fail"))
                .map(gate -> gate.path("name").asText())
                .findFirst()
                .orElse("");
    }

    /** Until the client's own counts reach the moment. */
    private void awaitSeconds(Instant moment) {
        await.until("load client's counts until " + moment, Duration.ofMinutes(1), "kubectl -n load get pods", () -> {
            Long newest = client.newest();
            return Look.when(newest != null && newest >= moment.getEpochSecond(), true, "newest second " + newest);
        });
    }
}
