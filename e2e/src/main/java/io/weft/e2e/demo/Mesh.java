package io.weft.e2e.demo;

import static io.weft.e2e.demo.Hub.named;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import io.weft.e2e.demo.Await.Look;
import io.weft.e2e.launch.Failure;
import io.weft.e2e.launch.Say;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;

/** The sample, the mesh over it, and the proxies in its pods. */
final class Mesh {
    static final List<String> NAMESPACES = List.of("shop", "orders", "payments", "load");

    private static final ObjectMapper YAML = new ObjectMapper(new YAMLFactory());
    private static final String ADVICE = "./weft logs fleet-manager, and kubectl get pods -A";

    private final Hub hub;
    private final Cluster cluster;
    private final Say say;
    private final Await await;

    Mesh(Hub hub, Cluster cluster, Say say) {
        this.hub = hub;
        this.cluster = cluster;
        this.say = say;
        this.await = new Await(say);
    }

    /** Four services, a client that counts, no mesh yet. */
    void deploySample(String clusterId) {
        cluster.kubectl("apply", "-f", "e2e/sample/manifests.yaml");
        await.until("sample in the hub's inventory", Duration.ofMinutes(1), ADVICE, () -> {
            List<String> known = names(hub.get("/namespaces?pageSize=200&clusterId=" + clusterId));
            return Look.when(known.containsAll(NAMESPACES), known, "namespaces " + known);
        });
        await.until("sample is running", Duration.ofMinutes(2), "kubectl get pods -A", () -> {
            List<String> waiting = NAMESPACES.stream()
                    .flatMap(namespace -> unready(namespace).stream())
                    .toList();
            return Look.when(waiting.isEmpty(), true, "not ready: " + waiting);
        });
        say.line("sample deployed without a mesh: " + String.join(", ", NAMESPACES));
    }

    /** The installation's id, once control plane and every proxy are there. */
    String install(String clusterId, String version, Path root) {
        String meshId = hub.post(
                        "/meshes",
                        named(
                                "main",
                                Map.of(
                                        "family",
                                        "istio",
                                        "mode",
                                        "sidecar",
                                        "trustDomain",
                                        "cluster.local",
                                        "version",
                                        version)))
                .path("id")
                .asText();
        String id = hub.post(
                        "/installations",
                        named(
                                "main-local",
                                Map.of(
                                        "meshId",
                                        meshId,
                                        "clusterId",
                                        clusterId,
                                        "namespaceSelector",
                                        "kubernetes.io/metadata.name in (" + String.join(",", NAMESPACES) + ")",
                                        "values",
                                        values(root.resolve("local-cluster/istio-values.yaml")))))
                .path("id")
                .asText();
        await.until("istio " + version + " ready", Duration.ofMinutes(4), ADVICE, () -> {
            JsonNode seen = hub.get("/installations/" + id);
            return Look.when(
                    Hub.isTrue(seen, "Ready"), seen, "Ready is " + Hub.condition(seen, "Ready") + findings(clusterId));
        });
        say.line("istio " + version + ": control plane ready");
        awaitProxies(id, version);
        return id;
    }

    /** Every pod of the sample runs a proxy of the version, and the hub says so. */
    void awaitProxies(String installationId, String version) {
        Map<String, Integer> proxies = await.until("proxies on " + version, Duration.ofMinutes(4), ADVICE, () -> {
            JsonNode status = hub.get("/installations/" + installationId).path("status");
            Map<String, Integer> seen = new TreeMap<>();
            status.path("proxies")
                    .forEach(proxy -> seen.merge(
                            proxy.path("namespace").asText() + " "
                                    + proxy.path("version").asText(),
                            proxy.path("pods").asInt(),
                            Integer::sum));
            List<String> wanted = NAMESPACES.stream()
                    .map(namespace -> namespace + " " + version)
                    .toList();
            boolean all = seen.keySet().equals(Set.copyOf(wanted))
                    && seen.values().stream().mapToInt(Integer::intValue).sum() == replicas();
            return Look.when(all, seen, "proxies " + seen + ", control planes " + status.path("controlPlanes"));
        });
        say.line("proxies: " + proxies);
    }

    /** The overlay for stock Envoy; it also turns the mesh's own retries off, which would hide failed requests. */
    static JsonNode values(Path overlay) {
        try {
            return YAML.readTree(overlay.toFile());
        } catch (IOException e) {
            throw new Failure("demo", overlay + ": " + e.getMessage(), "restore the file");
        }
    }

    /** How many pods the sample is to have. */
    private int replicas() {
        return NAMESPACES.stream()
                .flatMap(namespace -> items(cluster.get("deployments", "-n", namespace)))
                .mapToInt(deployment -> deployment.path("spec").path("replicas").asInt())
                .sum();
    }

    private static Stream<JsonNode> items(JsonNode list) {
        return StreamSupport.stream(list.path("items").spliterator(), false);
    }

    private String findings(String clusterId) {
        JsonNode status = hub.get("/clusters/" + clusterId).path("status");
        return summary("rejections", status.path("rejections")) + summary("findings", status.path("findings"));
    }

    /** How many there are, and the first one. */
    private static String summary(String what, JsonNode list) {
        return list.isEmpty()
                ? ""
                : "; %d %s, the first: %s %s"
                        .formatted(
                                list.size(),
                                what,
                                list.path(0).path("object").asText(),
                                list.path(0).path("message").asText());
    }

    private List<String> unready(String namespace) {
        return StreamSupport.stream(
                        cluster.get("deployments", "-n", namespace)
                                .path("items")
                                .spliterator(),
                        false)
                .filter(d -> d.path("status").path("readyReplicas").asInt()
                        < d.path("spec").path("replicas").asInt())
                .map(d -> namespace + "/" + d.path("metadata").path("name").asText())
                .toList();
    }

    private static List<String> names(JsonNode list) {
        return items(list).map(item -> item.path("name").asText()).toList();
    }
}
