package io.weft.agent;

import io.fabric8.kubernetes.client.Config;
import io.weft.agent.kube.Json;
import io.weft.agent.kube.KubeApi;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Assumptions;

/** A real API server, named by system property or environment WEFT_TEST_KUBECONFIG; without it the test is skipped. */
final class RealCluster implements AutoCloseable {
    static final String SETTING = "WEFT_TEST_KUBECONFIG";

    final KubeApi api;
    private final List<String> namespaces = new ArrayList<>();
    private final String suffix = Long.toString(System.nanoTime() & 0xffffff, 36);

    private RealCluster(KubeApi api) {
        this.api = api;
    }

    static RealCluster open() throws IOException {
        String file = Optional.ofNullable(System.getProperty(SETTING))
                .or(() -> Optional.ofNullable(System.getenv(SETTING)))
                .orElse("");
        Assumptions.assumeTrue(
                !file.isEmpty(), SETTING + " names no kubeconfig: what claims to apply needs a real API server");
        Config config = Config.fromKubeconfig(Files.readString(Path.of(file)));
        return new RealCluster(KubeApi.of(config));
    }

    String namespace(String name) {
        String full = "weft-it-" + name + "-" + suffix;
        api.post(
                "/api/v1/namespaces",
                "{\"metadata\":{\"name\":\"" + full + "\",\"labels\":{\"istio.io/rev\":\"1-26-0\"}}}");
        namespaces.add(full);
        return full;
    }

    /** What a person or another controller does: a plain update of one field. */
    void edit(String path, String mergePatch) {
        api.patch(path + "?fieldManager=somebody", KubeApi.MERGE_PATCH, mergePatch);
    }

    String text(String path, String pointer) {
        return api.get(path).orElseGet(Json::object).at(pointer).asText("");
    }

    @Override
    public void close() {
        namespaces.forEach(name -> api.delete("/api/v1/namespaces/" + name, "{}"));
        api.close();
    }
}
