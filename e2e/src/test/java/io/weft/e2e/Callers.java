package io.weft.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.weft.e2e.demo.Cluster;
import io.weft.e2e.launch.Command;
import java.io.UncheckedIOException;
import java.time.Duration;

/** Pods of the suite's own that call a service and tell what came back; Weft knows nothing of them. */
final class Callers {
    private final Cluster cluster;

    Callers(Cluster cluster) {
        this.cluster = cluster;
    }

    /** What one call gave: an HTTP status, or an error text where none came back. */
    record Outcome(int status, String error) {}

    /** A namespace that no mesh knows. */
    void unmeshedNamespace(String name) {
        assertThat(cluster.tryKubectl("", "create", "namespace", name).ok()).isTrue();
    }

    /** Starts a pod under the account, lets it call the address, and removes it. */
    Outcome call(String namespace, String account, String url) {
        String name = "caller-" + Integer.toHexString(url.hashCode()) + "-" + account;
        Command.Result applied = cluster.tryKubectl(pod(name, namespace, account, url), "apply", "-f", "-");
        assertThat(applied.ok()).as(applied.said()).isTrue();
        try {
            cluster.kubectl("-n", namespace, "wait", "--for=condition=Ready", "pod/" + name, "--timeout=60s");
            return await().atMost(Duration.ofSeconds(20))
                    .until(() -> answer(namespace, name), outcome -> outcome.status() != -1);
        } finally {
            cluster.kubectl("-n", namespace, "delete", "pod", name, "--wait=false");
        }
    }

    private Outcome answer(String namespace, String name) {
        Command.Result said = cluster.tryKubectl(
                "", "get", "--raw", "/api/v1/namespaces/" + namespace + "/pods/" + name + ":8080/proxy/calls");
        String text = said.said();
        int begin = text.indexOf("{\"service\"");
        if (begin < 0) {
            return new Outcome(-1, text);
        }
        try {
            JsonNode call = new ObjectMapper().readTree(text.substring(begin)).at("/calls/0");
            return new Outcome(call.path("status").asInt(), call.path("error").asText());
        } catch (JsonProcessingException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String pod(String name, String namespace, String account, String url) {
        return """
            {"apiVersion":"v1","kind":"Pod","metadata":{"name":"%1$s","namespace":"%2$s","labels":{"suite":"caller"}},
             "spec":{"serviceAccountName":"%3$s","automountServiceAccountToken":false,"terminationGracePeriodSeconds":0,
              "containers":[{"name":"caller","image":"weft.local/sample:1","imagePullPolicy":"IfNotPresent","args":["serve"],
               "env":[{"name":"CALLS","value":"%4$s"},{"name":"PORT","value":"8080"}]}]}}
            """.formatted(name, namespace, account, url);
    }
}
