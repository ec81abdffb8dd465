package io.weft.agent.kube;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.http.HttpClient;
import io.fabric8.kubernetes.client.http.HttpRequest;
import io.fabric8.kubernetes.client.http.HttpResponse;
import io.fabric8.kubernetes.client.jdkhttp.JdkHttpClientFactory;
import java.io.UncheckedIOException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * JSON requests to the API server over the client's connection, trust and credentials. No model classes: a watched object
 * lives for the length of one method, which is what keeps the agent small (D42).
 */
public final class KubeApi implements AutoCloseable {
    static final int ANSWER_SECONDS = 30;

    private static final int CONNECT_MILLIS = 5_000;
    private static final int REQUEST_MILLIS = 20_000;
    private static final int RETRIES = 2;
    static final String JSON = "application/json";
    static final String METADATA = "application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1";
    public static final String APPLY = "application/apply-patch+yaml";
    public static final String JSON_PATCH = "application/json-patch+json";
    public static final String MERGE_PATCH = "application/merge-patch+json";

    private final HttpClient http;
    private final String base;

    private KubeApi(HttpClient http, String url) {
        this.http = http;
        this.base = url.endsWith("/") ? url.substring(0, url.length() - 1) : url;
    }

    /** The API server of the pod's own cluster, with its service account, whose token is read again as it is renewed. */
    public static KubeApi ofThisCluster() {
        Config config = Config.autoConfigure(null);
        config.setConnectionTimeout(CONNECT_MILLIS);
        config.setRequestTimeout(REQUEST_MILLIS);
        config.setRequestRetryBackoffLimit(RETRIES); // the agent's own loops retry
        config.setHttp2Disable(true); // a connection that went dead holds up one request, not all of them
        return of(config);
    }

    /**
     * The API server that a configuration names. Of the client library only the transport is used: its model and its
     * typed clients would take more memory than all else here.
     */
    public static KubeApi of(Config config) {
        return new KubeApi(new JdkHttpClientFactory().newBuilder(config).build(), config.getMasterUrl());
    }

    @Override
    public void close() {
        http.close();
    }

    /** The object at the path, or empty where there is none. */
    public Optional<JsonNode> get(String path) {
        try {
            return Optional.of(send("GET", path, null, null));
        } catch (KubeRefusal refusal) {
            if (refusal.isNotFound()) {
                return Optional.empty();
            }
            throw refusal;
        }
    }

    /** Every item of a collection, in pages, each handed over and forgotten. Returns the list's resourceVersion. */
    public String list(String path, String query, String accept, Consumer<JsonNode> item) {
        String next = "";
        while (true) {
            String page = path + "?limit=100" + query + (next.isEmpty() ? "" : "&continue=" + encode(next));
            JsonNode list = parse("GET " + path, answered("GET", page, null, null, accept));
            list.path("items").forEach(item);
            next = list.path("metadata").path("continue").asText("");
            if (next.isEmpty()) {
                return list.path("metadata").path("resourceVersion").asText("");
            }
        }
    }

    public void list(String path, Consumer<JsonNode> item) {
        list(path, "", JSON, item);
    }

    public JsonNode post(String path, String body) {
        return send("POST", path, JSON, body);
    }

    public JsonNode patch(String path, String contentType, String body) {
        return send("PATCH", path, contentType, body);
    }

    /** As {@link #patch}; the answer is the object's metadata only, which is all that an applier looks at. */
    public JsonNode patchForMetadata(String path, String contentType, String body) {
        return parse("PATCH " + path, answered("PATCH", path, contentType, body, METADATA));
    }

    public JsonNode put(String path, String body) {
        return send("PUT", path, JSON, body);
    }

    /** Deletes; an object that is already gone is as good. */
    public void delete(String path, String options) {
        try {
            send("DELETE", path, JSON, options);
        } catch (KubeRefusal refusal) {
            if (!refusal.isNotFound()) {
                throw refusal;
            }
        }
    }

    /** The answer's JSON. Throws KubeRefusal for any status that is not 2xx. */
    public JsonNode send(String method, String path, @Nullable String contentType, @Nullable String body) {
        return parse(method + " " + path, answered(method, path, contentType, body, JSON));
    }

    /** Streams watch events until the server ends the watch; throws KubeRefusal where it does not begin. */
    void watch(String path, String accept, int quietSeconds, Consumer<JsonNode> event) {
        HttpRequest request = http.newHttpRequestBuilder()
                .uri(base + path)
                .header("Accept", accept)
                .forStreaming()
                .build();
        new LineStream(http, request, quietSeconds).forEach(line -> event.accept(Json.read(line)));
    }

    private byte[] answered(
            String method, String path, @Nullable String contentType, @Nullable String body, String accept) {
        HttpRequest.Builder request =
                http.newHttpRequestBuilder().uri(base + path).header("Accept", accept);
        if (body != null && contentType != null) {
            request = request.method(method, contentType, body);
        } else if (!"GET".equals(method)) {
            request = request.method(method, JSON, "");
        }
        HttpResponse<byte[]> response = await(method + " " + path, request.build());
        if (response.code() / 100 != 2) {
            throw refusal(method + " " + path, response);
        }
        return response.body();
    }

    private HttpResponse<byte[]> await(String what, HttpRequest request) {
        try {
            return http.sendAsync(request, byte[].class).get(ANSWER_SECONDS, TimeUnit.SECONDS);
        } catch (ExecutionException | TimeoutException e) {
            throw KubeRefusal.unreachable(what, e.getCause() == null ? e : e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw KubeRefusal.unreachable(what, e);
        }
    }

    private static KubeRefusal refusal(String what, HttpResponse<byte[]> response) {
        JsonNode status = MissingNode.getInstance();
        byte[] body = response.body();
        if (body != null && body.length > 0) {
            try {
                status = Json.read(body);
            } catch (UncheckedIOException _) {
                status = Json.object().put("message", new String(body, StandardCharsets.UTF_8));
            }
        }
        String message = status.path("message").asText("HTTP " + response.code());
        return new KubeRefusal(response.code(), status, what + ": " + message);
    }

    private static JsonNode parse(String what, byte[] body) {
        try {
            return Json.read(body);
        } catch (UncheckedIOException e) {
            throw KubeRefusal.unreachable(what, e);
        }
    }

    public static String encode(String value) {
        return URLEncoder.encode(value, StandardCharsets.UTF_8);
    }
}
