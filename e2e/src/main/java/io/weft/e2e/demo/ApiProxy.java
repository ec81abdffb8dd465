package io.weft.e2e.demo;

import com.fasterxml.jackson.databind.JsonNode;
import io.weft.e2e.launch.Failure;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * {@code kubectl proxy}: the API server over plain HTTP on this machine, for what is asked every second. Whoever is on this
 * machine can ask it too, so it lets nothing through but reading the load client's pods.
 */
final class ApiProxy implements AutoCloseable {
    private static final Pattern ADDRESS = Pattern.compile("127\\.0\\.0\\.1:\\d+");

    private final HttpClient client = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1) // an offer to upgrade to HTTP/2 is taken for a stream of kubectl exec
            .connectTimeout(Duration.ofSeconds(2))
            .build();
    private final Process process;
    private final String url;

    ApiProxy(Cluster cluster, Map<String, String> mark) {
        try {
            ProcessBuilder builder = new ProcessBuilder(cluster.kubectlCommand(
                            "proxy",
                            "--port=0",
                            "--accept-paths=^/api/v1/namespaces/load/pods(/[a-z0-9-]+:9090/proxy/stats)?$",
                            "--reject-methods=POST,PUT,PATCH,DELETE"))
                    .redirectErrorStream(true);
            builder.environment().putAll(mark);
            process = builder.start();
            // Stays open: kubectl would end at its next line otherwise.
            BufferedReader said =
                    new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
            @Nullable String line = said.readLine();
            Matcher address = ADDRESS.matcher(String.valueOf(line));
            if (!address.find()) {
                process.destroy();
                throw new Failure("kubectl", "proxy said: " + line, "look at the cluster with kubectl");
            }
            url = "http://" + address.group();
        } catch (IOException e) {
            throw new Failure("kubectl", "proxy could not be started: " + e.getMessage(), "run ./weft doctor");
        }
    }

    /** The document at a path of the API server; empty when it does not answer 200. */
    Optional<JsonNode> get(String path) {
        HttpRequest request = HttpRequest.newBuilder(URI.create(url + path))
                .timeout(Duration.ofSeconds(3))
                .build();
        try {
            HttpResponse<String> answer = client.send(request, HttpResponse.BodyHandlers.ofString());
            return answer.statusCode() == 200 ? Optional.of(Cluster.json(answer.body())) : Optional.empty();
        } catch (IOException unreachable) {
            return Optional.empty();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return Optional.empty();
        }
    }

    @Override
    public void close() {
        process.destroy();
    }
}
