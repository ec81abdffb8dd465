package io.weft.e2e.demo;

import static io.weft.e2e.demo.Hub.named;

import com.fasterxml.jackson.databind.JsonNode;
import io.weft.e2e.demo.Await.Look;
import io.weft.e2e.launch.Command;
import io.weft.e2e.launch.Failure;
import io.weft.e2e.launch.Layout;
import io.weft.e2e.launch.LocalCluster;
import io.weft.e2e.launch.Say;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/** Releases into the catalogue, a cluster with its token, and the agent by the very lines the hub prints. */
final class Enrolment {
    private static final String ADVICE =
            "./weft logs fleet-manager, and kubectl -n weft-system logs deployment/weft-agent";
    private static final int SHOWN_LINE = 150;

    private final Hub hub;
    private final Cluster cluster;
    private final Say say;
    private final Await await;

    Enrolment(Hub hub, Cluster cluster, Say say) {
        this.hub = hub;
        this.cluster = cluster;
        this.say = say;
        this.await = new Await(say);
    }

    /** Uploads a bundle and waits until the hub knows which rights its charts grant. */
    void release(Layout layout, String version) {
        byte[] bundle = read(layout.release(version));
        JsonNode release = hub.upload("/mesh-releases", bundle);
        String path = "/mesh-releases/" + release.path("id").asText();
        int rules =
                await.until("rights of istio " + version, Duration.ofMinutes(1), "./weft logs fleet-manager", () -> {
                    int count =
                            hub.get(path).path("status").path("lifecycleRules").size();
                    return Look.when(count > 0, count, "no lifecycleRules in " + path);
                });
        say.line("release istio %s uploaded: %d KiB, %s, grants %d rules"
                .formatted(
                        version,
                        bundle.length / 1024,
                        release.path("status").path("digest").asText(),
                        rules));
    }

    /** The cluster's id. */
    String createCluster(String name, List<String> releases) {
        JsonNode created =
                hub.post("/clusters", named(name, Map.of("access", "lifecycle", "lifecycleReleases", releases)));
        return created.path("id").asText();
    }

    /** Runs the install lines and waits for the agent's stream. */
    void installAgent(String clusterId, LocalCluster local, Path image) {
        String token = hub.post("/enrolment-tokens", Map.of("spec", Map.of("clusterId", clusterId, "lifetime", "15m")))
                .path("token")
                .asText();
        local.load(image);
        for (JsonNode line : hub.get("/clusters/" + clusterId + "/install").path("lines")) {
            installLine(line.asText(), token);
        }
        JsonNode connected = await.until("agent connected", Duration.ofMinutes(2), ADVICE, () -> {
            JsonNode seen = hub.get("/clusters/" + clusterId);
            return Look.when(
                    Hub.isTrue(seen, "Connected"), seen, "Connected is " + Hub.condition(seen, "Connected") + pods());
        });
        JsonNode status = connected.path("status");
        say.line("enrolled: Kubernetes %s, agent %s, certificate until %s"
                .formatted(
                        status.path("kubernetesVersion").asText(),
                        status.path("agent").path("version").asText(),
                        status.path("agent").path("certificateExpireTime").asText()));
    }

    private void installLine(String line, String token) {
        say.detail("$ " + (line.length() > SHOWN_LINE ? line.substring(0, SHOWN_LINE) + " ..." : line));
        // The token goes where a person would type it: never into an argument.
        Command.Result result = cluster.shell(line, line.contains("read -rs") ? token + "\n" : "");
        if (!result.ok()) {
            throw new Failure(
                    "demo",
                    "the install line ended with " + result.exitCode() + ": " + line + "\n" + result.said(),
                    "compare the line with docs/operating.md, then look at the cluster with kubectl");
        }
    }

    private String pods() {
        Command.Result pods = cluster.tryKubectl("", "-n", "weft-system", "get", "pods", "--no-headers");
        return "; pods: " + pods.said().replaceAll("\\s+", " ");
    }

    private static byte[] read(Path file) {
        try {
            return Files.readAllBytes(file);
        } catch (IOException e) {
            throw new Failure("demo", "no release bundle: " + e.getMessage(), "run ./weft up, which builds it");
        }
    }
}
