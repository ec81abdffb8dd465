package io.weft.e2e.demo;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.MissingNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.Base64;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

/** The hub's REST API as one caller sees it. */
public final class Hub {
    private static final Duration LIMIT = Duration.ofSeconds(30);
    private static final int UNAVAILABLE = 503;
    private static final ObjectMapper JSON = new ObjectMapper();

    private final HttpClient client =
            HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(5)).build();
    private final String base;
    private final String key;
    private final Duration patience;

    /** {@code url} without {@code /api/v1}. */
    public Hub(String url, String key) {
        this(url + "/api/v1", key, Duration.ZERO);
    }

    private Hub(String base, String key, Duration patience) {
        this.base = base;
        this.key = key;
        this.patience = patience;
    }

    /**
     * The same caller, for whom {@link #get}, {@link #post} and {@link #put} ask again, with the same idempotency key,
     * until the hub or what it stands on has been away for {@code limit}.
     */
    public Hub patient(Duration limit) {
        return new Hub(base, key, limit);
    }

    /** What came back; {@code body} is missing where it was no JSON. */
    public record Answer(int status, JsonNode body) {
        public boolean ok() {
            return status / 100 == 2;
        }
    }

    /** An answer that is no success, in the words of its problem document. */
    public static final class Refused extends RuntimeException {
        private static final long serialVersionUID = 1;
        private final transient Answer answer;

        Refused(String request, Answer answer) {
            super(request + " answered " + answer.status() + " "
                    + answer.body().path("code").asText() + " "
                    + answer.body()
                            .path("detail")
                            .asText(answer.body().path("title").asText())
                    + (answer.body().has("violations") ? " " + answer.body().get("violations") : ""));
            this.answer = answer;
        }

        public Answer answer() {
            return answer;
        }
    }

    public JsonNode get(String path) {
        return success("GET " + path, ridingOut(request(path).GET()));
    }

    /** Like {@link #get}; empty while the hub, or what it stands on, is away. */
    public Optional<JsonNode> find(String path) {
        return unlessAway("GET " + path, request(path).GET());
    }

    /** Like {@link #post}; empty while the hub is away. Another try with the same key does nothing twice. */
    Optional<JsonNode> offer(String path, Object body, String idempotencyKey) {
        HttpRequest.Builder request =
                request(path).header("Content-Type", "application/json").header("Idempotency-Key", idempotencyKey);
        return unlessAway("POST " + path, request.POST(BodyPublishers.ofString(text(body))));
    }

    private Optional<JsonNode> unlessAway(String name, HttpRequest.Builder request) {
        try {
            Answer answer = send(request);
            return answer.status() == UNAVAILABLE ? Optional.empty() : Optional.of(success(name, answer));
        } catch (UncheckedIOException away) {
            return Optional.empty();
        }
    }

    public JsonNode post(String path, Object body) {
        return success("POST " + path, ridingOut(json(request(path)).POST(BodyPublishers.ofString(text(body)))));
    }

    /** Replaces the resource's name, labels and spec. */
    public JsonNode put(String path, Object body) {
        HttpRequest.Builder request = request(path).header("Content-Type", "application/json");
        return success("PUT " + path, ridingOut(request.PUT(BodyPublishers.ofString(text(body)))));
    }

    /** Like {@link #post}, for a caller that wants to see the refusal. */
    public Answer tryPost(String path, Object body) {
        return send(json(request(path)).POST(BodyPublishers.ofString(text(body))));
    }

    public Answer tryGet(String path) {
        return send(request(path).GET());
    }

    public Answer delete(String path) {
        return send(request(path).DELETE());
    }

    /** Uploads a release bundle with its digest. */
    public JsonNode upload(String path, byte[] archive) {
        HttpRequest.Builder request = request(path)
                .header("Content-Type", "application/gzip")
                .header("Content-Digest", "sha-256=:" + Base64.getEncoder().encodeToString(sha256(archive)) + ":")
                .header("Idempotency-Key", UUID.randomUUID().toString());
        return success("POST " + path, send(request.POST(BodyPublishers.ofByteArray(archive))));
    }

    private HttpRequest.Builder request(String path) {
        return HttpRequest.newBuilder(URI.create(base + path)).timeout(LIMIT).header("Authorization", "Bearer " + key);
    }

    private static HttpRequest.Builder json(HttpRequest.Builder request) {
        return request.header("Content-Type", "application/json")
                .header("Idempotency-Key", UUID.randomUUID().toString());
    }

    private Answer ridingOut(HttpRequest.Builder request) {
        long begin = System.nanoTime();
        while (true) {
            boolean last = System.nanoTime() - begin >= patience.toNanos();
            try {
                Answer answer = send(request);
                if (last || answer.status() != UNAVAILABLE) {
                    return answer;
                }
            } catch (UncheckedIOException away) {
                if (last) {
                    throw away;
                }
            }
            Await.pause();
        }
    }

    private Answer send(HttpRequest.Builder request) {
        try {
            HttpResponse<byte[]> response = client.send(request.build(), HttpResponse.BodyHandlers.ofByteArray());
            return new Answer(response.statusCode(), parsed(response.body()));
        } catch (IOException e) {
            throw new UncheckedIOException("the hub at " + base + " does not answer", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while asking the hub", e);
        }
    }

    private static JsonNode parsed(byte[] body) {
        try {
            JsonNode tree = JSON.readTree(body);
            return tree == null ? MissingNode.getInstance() : tree;
        } catch (IOException noJson) {
            return MissingNode.getInstance();
        }
    }

    private static JsonNode success(String request, Answer answer) {
        if (!answer.ok()) {
            throw new Refused(request, answer);
        }
        return answer.body();
    }

    private static String text(Object body) {
        try {
            return JSON.writeValueAsString(body);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static byte[] sha256(byte[] bytes) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(bytes);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    /** {@code {name, spec}}, the form of every write. */
    public static Map<String, Object> named(String name, Object spec) {
        return Map.of("name", name, "spec", spec);
    }

    /** Status of a condition, or {@code absent}; with its reason and message. */
    static String condition(JsonNode resource, String type) {
        for (JsonNode condition : resource.path("status").path("conditions")) {
            if (condition.path("type").asText().equals(type)) {
                return condition.path("status").asText() + " "
                        + condition.path("reason").asText() + " "
                        + condition.path("message").asText();
            }
        }
        return "absent";
    }

    static boolean isTrue(JsonNode resource, String type) {
        return condition(resource, type).startsWith("True");
    }
}
