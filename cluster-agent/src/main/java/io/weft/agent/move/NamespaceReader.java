package io.weft.agent.move;

import com.fasterxml.jackson.databind.JsonNode;
import io.weft.agent.check.WaitingPods;
import io.weft.agent.kube.Json;
import io.weft.agent.kube.KubeApi;
import io.weft.agent.move.NamespaceSeen.Workload;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Looks at one namespace for the mover: label, workloads, pods, budgets. */
final class NamespaceReader {
    static final String PLACED = "weft.io/placed-revision";
    /** Time of a second restart for the same revision; absent in every template that a way back returns to. */
    static final String PLACED_AGAIN = "weft.io/placed-again";

    private static final Map<String, String> KINDS =
            Map.of("Deployment", "deployments", "StatefulSet", "statefulsets", "DaemonSet", "daemonsets");

    private record Pod(
            Map<String, String> labels,
            String placement,
            String revision,
            boolean ready,
            Instant created,
            Instant readySince,
            String waiting) {}

    private final KubeApi api;

    NamespaceReader(KubeApi api) {
        this.api = api;
    }

    static String collection(String namespace, String kind) {
        return "/apis/apps/v1/namespaces/" + namespace + "/" + KINDS.get(kind);
    }

    /** Empty where there is no such namespace. */
    Optional<NamespaceSeen> look(PlacementSpec spec) {
        return api.get("/api/v1/namespaces/" + spec.namespace()).map(namespace -> {
            List<Pod> pods = pods(spec);
            Budgets budgets = Budgets.of(api, spec.namespace());
            List<Workload> workloads = new ArrayList<>();
            for (String kind : List.of("Deployment", "StatefulSet", "DaemonSet")) {
                api.list(
                        collection(spec.namespace(), kind),
                        object -> workloads.add(workload(kind, object, spec, pods, budgets)));
            }
            return new NamespaceSeen(
                    Json.strings(namespace.path("metadata").path("labels")),
                    NamespacePatch.placed(namespace),
                    workloads);
        });
    }

    private List<Pod> pods(PlacementSpec spec) {
        List<Pod> pods = new ArrayList<>();
        api.list("/api/v1/namespaces/" + spec.namespace() + "/pods", pod -> {
            JsonNode metadata = pod.path("metadata");
            String phase = pod.path("status").path("phase").asText();
            boolean over = metadata.has("deletionTimestamp") || phase.equals("Succeeded") || phase.equals("Failed");
            if (!over) {
                JsonNode ready = condition(pod, "Ready");
                pods.add(new Pod(
                        Json.strings(metadata.path("labels")),
                        placement(metadata),
                        metadata.path("annotations").path(spec.podAnnotation()).asText(""),
                        "True".equals(ready.path("status").asText()),
                        time(metadata.path("creationTimestamp"), Instant.EPOCH),
                        time(ready.path("lastTransitionTime"), Instant.EPOCH),
                        WaitingPods.reason(pod).orElse("")));
            }
        });
        return pods;
    }

    private static Workload workload(
            String kind, JsonNode object, PlacementSpec spec, List<Pod> pods, Budgets budgets) {
        JsonNode template = object.path("spec").path("template");
        Map<String, String> labels = Json.strings(template.path("metadata").path("labels"));
        JsonNode selector = object.path("spec").path("selector");
        List<Pod> own = pods.stream()
                .filter(pod -> Budgets.matches(selector, pod.labels()))
                .toList();
        List<Pod> moved =
                own.stream().filter(pod -> pod.revision().equals(spec.value())).toList();
        List<Pod> others =
                own.stream().filter(pod -> !pod.revision().equals(spec.value())).toList();
        return new Workload(
                kind,
                object.path("metadata").path("name").asText(),
                template.path("metadata").path("annotations").path(PLACED).asText(""),
                desired(kind, object),
                (int) moved.stream().filter(Pod::ready).count(),
                others.size(),
                (int) others.stream().filter(Pod::ready).count(),
                blockedBy(object, budgets.forbidding(labels)),
                without(template, spec),
                own.stream()
                        .map(Pod::waiting)
                        .filter(text -> !text.isEmpty())
                        .findFirst()
                        .orElse(""),
                moved.stream().map(Pod::created).min(Instant::compareTo).orElse(Instant.MAX),
                moved.stream()
                        .filter(Pod::ready)
                        .map(Pod::readySince)
                        .max(Instant::compareTo)
                        .orElse(Instant.EPOCH),
                others.stream()
                        .filter(pod -> pod.placement().equals(placement(template.path("metadata"))))
                        .map(Pod::created)
                        .max(Instant::compareTo)
                        .orElse(Instant.EPOCH));
    }

    /** A pod whose placement is its template's was made by that template. */
    private static String placement(JsonNode metadata) {
        JsonNode annotations = metadata.path("annotations");
        return annotations.path(PLACED).asText("") + " "
                + annotations.path(PLACED_AGAIN).asText("");
    }

    private static int desired(String kind, JsonNode object) {
        return kind.equals("DaemonSet")
                ? object.path("status").path("desiredNumberScheduled").asInt(0)
                : object.path("spec").path("replicas").asInt(1);
    }

    private static String blockedBy(JsonNode object, String budget) {
        JsonNode spec = object.path("spec");
        if (spec.path("paused").asBoolean(false)) {
            return "its rollout is paused (spec.paused)";
        }
        if ("OnDelete".equals(spec.path("updateStrategy").path("type").asText())) {
            return "its update strategy is OnDelete, it must be restarted by hand";
        }
        return budget;
    }

    /** Host network and the usual opt-outs ("<mesh>/inject: false|disabled") get no proxy, so no restart brings one. */
    private static String without(JsonNode template, PlacementSpec spec) {
        if (template.path("spec").path("hostNetwork").asBoolean(false)) {
            return "it uses the host's network";
        }
        if (spec.podAnnotation().isEmpty()) {
            return "the placement names no pod annotation to tell its revision by";
        }
        for (String part : List.of("labels", "annotations")) {
            for (Map.Entry<String, String> entry :
                    Json.strings(template.path("metadata").path(part)).entrySet()) {
                boolean off =
                        entry.getValue().equals("false") || entry.getValue().equals("disabled");
                if (off && entry.getKey().endsWith("inject")) {
                    return "its template says " + entry.getKey() + ": " + entry.getValue();
                }
            }
        }
        return "";
    }

    private static JsonNode condition(JsonNode pod, String type) {
        for (JsonNode condition : pod.path("status").path("conditions")) {
            if (type.equals(condition.path("type").asText())) {
                return condition;
            }
        }
        return Json.object();
    }

    private static Instant time(JsonNode time, Instant otherwise) {
        return time.isTextual() ? Instant.parse(time.textValue()) : otherwise;
    }
}
