package io.weft.agent.probe;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.weft.agent.check.WaitingPods;
import io.weft.agent.inventory.PodView;
import io.weft.agent.inventory.Pods;
import io.weft.agent.kube.Json;
import io.weft.agent.kube.KubeApi;
import io.weft.agent.kube.KubeRefusal;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jboss.logging.Logger;

/** One-shot pods of the agent's own image. Each is deleted when it answered; what a crash leaves is found by its label. */
final class ProbePods {
    private static final Logger LOG = Logger.getLogger(ProbePods.class);
    static final String LABEL = "weft.io/probe";
    private static final String CONTAINER = "probe";
    private static final int DEADLINE_SECONDS = 30;
    private static final Duration ANSWER_WITHIN = Duration.ofSeconds(DEADLINE_SECONDS + 5);
    private static final Duration LEFT_OVER_AFTER = Duration.ofSeconds(90);
    private static final int USER = 65532;

    /**
     * Who asks.
     *
     * @param labels of the pod besides Weft's own
     */
    record Side(
            String namespace,
            String account,
            Map<String, String> labels,
            Map<String, String> annotations,
            String probeId,
            String cases) {}

    private final KubeApi api;
    private final Pods pods;
    private final InstantSource clock;
    private final String image;
    private final Set<String> running = ConcurrentHashMap.newKeySet();

    ProbePods(KubeApi api, Pods pods, InstantSource clock, String image) {
        this.api = api;
        this.pods = pods;
        this.clock = clock;
        this.image = image;
    }

    /** Runs the cases as that side; answers by case. Never throws for what the cluster does: that is an answer, too. */
    Map<String, Answers> ask(Side side) {
        String name = "weft-probe-" + Long.toString(System.nanoTime() & Long.MAX_VALUE, 36);
        String path = "/api/v1/namespaces/" + side.namespace() + "/pods";
        running.add(side.namespace() + "/" + name);
        try {
            api.post(path, Json.write(pod(name, side)));
            return await(path + "/" + name, side);
        } catch (KubeRefusal refusal) {
            return Map.of("", Answers.none(String.valueOf(refusal.getMessage())));
        } finally {
            remove(path + "/" + name);
            running.remove(side.namespace() + "/" + name);
        }
    }

    /** Deletes probe pods that nobody waits for: of an agent that crashed, or older than any probe. */
    void removeLeftOver() {
        Instant old = clock.instant().minus(LEFT_OVER_AFTER);
        for (PodView pod : pods.all()) {
            String key = pod.namespace() + "/" + pod.name();
            boolean abandoned =
                    pod.started().isAfter(Instant.EPOCH) && pod.started().isBefore(old);
            if (pod.labels().containsKey(LABEL) && !pod.deleting() && (abandoned || !running.contains(key))) {
                remove("/api/v1/namespaces/" + pod.namespace() + "/pods/" + pod.name());
            }
        }
    }

    private void remove(String path) {
        try {
            api.delete(path, "{\"gracePeriodSeconds\":0}");
        } catch (KubeRefusal refusal) {
            LOG.warnf("a probe pod stays until its next clean-up: %s", refusal.getMessage());
        }
    }

    private Map<String, Answers> await(String path, Side side) {
        Instant until = clock.instant().plus(ANSWER_WITHIN);
        String seen = "its pod did not start";
        while (clock.instant().isBefore(until)) {
            Optional<JsonNode> pod = api.get(path);
            if (pod.isEmpty()) {
                return Map.of("", Answers.none("its pod was removed by somebody"));
            }
            Optional<Map<String, Answers>> answers = answers(pod.get());
            if (answers.isPresent()) {
                return answers.get();
            }
            seen = WaitingPods.reason(pod.get()).orElse(seen);
            if ("Failed".equals(pod.get().path("status").path("phase").asText())) {
                return Map.of(
                        "",
                        Answers.none("its pod failed: "
                                + pod.get().path("status").path("reason").asText(seen)));
            }
            pause();
        }
        LOG.debugf("probe %s in %s did not answer: %s", side.probeId(), side.namespace(), seen);
        return Map.of("", Answers.none(seen));
    }

    /** From the termination message; a sidecar may run on beside the ended container. */
    private static Optional<Map<String, Answers>> answers(JsonNode pod) {
        for (JsonNode container : pod.path("status").path("containerStatuses")) {
            JsonNode ended = container.path("state").path("terminated");
            if (CONTAINER.equals(container.path("name").asText()) && !ended.isMissingNode()) {
                return Optional.of(read(ended));
            }
        }
        return Optional.empty();
    }

    private static Map<String, Answers> read(JsonNode ended) {
        String message = ended.path("message").asText("");
        try {
            Map<String, Answers> answers = new LinkedHashMap<>();
            Json.read(message).properties().forEach(asked -> {
                Map<String, Integer> counts = new HashMap<>();
                asked.getValue()
                        .properties()
                        .forEach(answer ->
                                counts.put(answer.getKey(), answer.getValue().asInt()));
                answers.put(asked.getKey(), Answers.of(counts));
            });
            return answers;
        } catch (UncheckedIOException _) {
            return Map.of(
                    "",
                    Answers.none("its container ended with exit code "
                            + ended.path("exitCode").asInt() + " "
                            + ended.path("reason").asText("")));
        }
    }

    private ObjectNode pod(String name, Side side) {
        ObjectNode pod = Json.object().put("apiVersion", "v1").put("kind", "Pod");
        ObjectNode metadata = pod.putObject("metadata").put("name", name);
        ObjectNode labels = metadata.putObject("labels").put(LABEL, side.probeId());
        side.labels().forEach(labels::put);
        ObjectNode annotations = metadata.putObject("annotations");
        side.annotations().forEach(annotations::put);
        ObjectNode spec = pod.putObject("spec")
                .put("serviceAccountName", side.account())
                .put("automountServiceAccountToken", false)
                .put("activeDeadlineSeconds", DEADLINE_SECONDS)
                .put("terminationGracePeriodSeconds", 1)
                .put("enableServiceLinks", false)
                .put("restartPolicy", "Never");
        spec.putObject("securityContext").putObject("seccompProfile").put("type", "RuntimeDefault");
        ObjectNode container = spec.putArray("containers").addObject();
        container.put("name", CONTAINER).put("image", image).put("imagePullPolicy", "IfNotPresent");
        container
                .putArray("command")
                .add("/opt/java/bin/java")
                .add("-Xmx24m")
                .add("-Xms8m")
                .add("-XX:+UseSerialGC")
                .add("-XX:TieredStopAtLevel=1")
                .add("-XX:-UsePerfData")
                .add("-Dhttp.keepAlive=false")
                .add("-cp")
                .add("/app/app/*")
                .add(ProbeMain.class.getName());
        container.putArray("env").addObject().put("name", ProbeMain.CASES).put("value", side.cases());
        ObjectNode resources = container.putObject("resources");
        resources.putObject("requests").put("cpu", "10m").put("memory", "48Mi");
        resources.putObject("limits").put("memory", "96Mi");
        ObjectNode security = container.putObject("securityContext");
        security.put("allowPrivilegeEscalation", false)
                .put("readOnlyRootFilesystem", true)
                .put("runAsNonRoot", true)
                .put("runAsUser", USER)
                .put("runAsGroup", USER);
        security.putObject("capabilities").putArray("drop").add("ALL");
        return pod;
    }

    private static void pause() {
        try {
            Thread.sleep(300);
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }
}
