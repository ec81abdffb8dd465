package io.weft.agent.inventory;

import com.fasterxml.jackson.databind.JsonNode;
import io.weft.agent.kube.Json;
import java.time.Instant;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * What the agent keeps of a pod.
 *
 * @param workload name of the Deployment, StatefulSet, DaemonSet or Job, else of the pod itself
 * @param annotations only those short enough to be identifiers (63 characters)
 * @param containers by name
 * @param started when the kubelet took the pod over; EPOCH = not yet
 * @param deletion when its deletion began; MAX = it has not
 */
public record PodView(
        String namespace,
        String name,
        String uid,
        String ip,
        String hostIp,
        String workload,
        Map<String, String> labels,
        Map<String, String> annotations,
        Map<String, ContainerView> containers,
        boolean ready,
        Instant started,
        Instant deletion) {

    /** Image and number of restarts of a container. */
    public record ContainerView(String image, int restarts) {
        /** The image's tag, "" where it has none: digests say nothing to a reader. */
        public String version() {
            int colon = image.lastIndexOf(':');
            return colon > image.lastIndexOf('/') && !image.contains("@") ? image.substring(colon + 1) : "";
        }
    }

    private static final int IDENTIFIER = 63;
    private static final int MOST = 40;

    public PodView {
        labels = Map.copyOf(labels);
        annotations = Map.copyOf(annotations);
        containers = Map.copyOf(containers);
    }

    public boolean deleting() {
        return deletion.isBefore(Instant.MAX);
    }

    /** Number of restarts of a container; 0 where there is none of that name. */
    public int restarts(String container) {
        ContainerView view = containers.get(container);
        return view == null ? 0 : view.restarts();
    }

    /** True when every "name=value" of the selector is among the labels. */
    public boolean matches(Map<String, String> selector) {
        return labels.entrySet().containsAll(selector.entrySet());
    }

    static PodView of(JsonNode pod) {
        JsonNode metadata = pod.path("metadata");
        JsonNode status = pod.path("status");
        Map<String, String> labels = identifiers(metadata.path("labels"));
        return new PodView(
                metadata.path("namespace").asText(),
                metadata.path("name").asText(),
                metadata.path("uid").asText(),
                status.path("podIP").asText(""),
                status.path("hostIP").asText(""),
                workload(metadata, labels),
                labels,
                identifiers(metadata.path("annotations")),
                containers(pod),
                ready(status),
                instant(status.path("startTime"), Instant.EPOCH),
                deletion(metadata));
    }

    private static Map<String, String> identifiers(JsonNode strings) {
        return Json.strings(strings).entrySet().stream()
                .filter(entry -> entry.getValue().length() <= IDENTIFIER)
                .sorted(Comparator.comparing(Map.Entry::getKey))
                .limit(MOST)
                .collect(Collectors.toMap(Map.Entry::getKey, Map.Entry::getValue, (one, _) -> one, LinkedHashMap::new));
    }

    private static String workload(JsonNode metadata, Map<String, String> labels) {
        for (JsonNode owner : metadata.path("ownerReferences")) {
            if (owner.path("controller").asBoolean(false)) {
                String name = owner.path("name").asText();
                String hash = "-" + labels.getOrDefault("pod-template-hash", "\0");
                return "ReplicaSet".equals(owner.path("kind").asText()) && name.endsWith(hash)
                        ? name.substring(0, name.length() - hash.length())
                        : name;
            }
        }
        return metadata.path("name").asText();
    }

    private static Map<String, ContainerView> containers(JsonNode pod) {
        Map<String, Integer> restarts = new LinkedHashMap<>();
        for (String list : List.of("containerStatuses", "initContainerStatuses")) {
            pod.path("status")
                    .path(list)
                    .forEach(container -> restarts.put(
                            container.path("name").asText(),
                            container.path("restartCount").asInt(0)));
        }
        Map<String, ContainerView> views = new LinkedHashMap<>();
        for (String list : List.of("containers", "initContainers")) {
            pod.path("spec").path(list).forEach(container -> {
                String name = container.path("name").asText();
                views.put(name, new ContainerView(container.path("image").asText(""), restarts.getOrDefault(name, 0)));
            });
        }
        return views;
    }

    private static boolean ready(JsonNode status) {
        for (JsonNode condition : status.path("conditions")) {
            if ("Ready".equals(condition.path("type").asText())) {
                return "True".equals(condition.path("status").asText());
            }
        }
        return false;
    }

    /** The API's deletionTimestamp lies a grace period after the request. */
    private static Instant deletion(JsonNode metadata) {
        Instant gone = instant(metadata.path("deletionTimestamp"), Instant.MAX);
        return gone.equals(Instant.MAX)
                ? gone
                : gone.minusSeconds(metadata.path("deletionGracePeriodSeconds").asLong(0));
    }

    private static Instant instant(JsonNode time, Instant otherwise) {
        return time.isTextual() ? Instant.parse(time.textValue()) : otherwise;
    }
}
