package io.weft.api;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.eclipse.microprofile.config.ConfigProvider;

/** Calls the API as somebody. */
record Api(String key) {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final HttpClient CLIENT = HttpClient.newHttpClient();
    private static final Map<String, String> ROLE_KEYS = new ConcurrentHashMap<>();
    private static final AtomicInteger NUMBER = new AtomicInteger();

    /** What came back. */
    record Reply(int status, JsonNode body, HttpResponse<byte[]> response) {
        String header(String name) {
            return response.headers().firstValue(name).orElse("");
        }

        String id() {
            return body.path("id").asText();
        }

        String code() {
            return body.path("code").asText();
        }

        /** Violations as {@code field CODE}, by field. */
        Map<String, String> violations() {
            Map<String, String> found = new TreeMap<>();
            body.path("violations")
                    .forEach(each -> found.put(
                            each.path("field").asText(), each.path("code").asText()));
            return found;
        }
    }

    static Api acme() {
        return new Api(Hub.adminKey("acme"));
    }

    static Api globex() {
        return new Api(Hub.adminKey("globex"));
    }

    /** A key of acme with a role. */
    static Api as(String role) {
        return new Api(ROLE_KEYS.computeIfAbsent(
                role,
                _ -> acme().post("/api-keys", """
                                {"name":"%s","spec":{"role":"%s","expireTime":"%s"}}
                                """.formatted(
                                        unique(role), role, Instant.now().plus(1, ChronoUnit.DAYS)))
                        .body()
                        .path("secret")
                        .asText()));
    }

    /** A service account of acme with one role; {@code place} is empty or {@code ,"clusterId":"..","namespace":".."}. */
    static Api bound(String role, String place) {
        String account = acme().post("/service-accounts", "{\"name\":\"%s\"}".formatted(unique("account")))
                .id();
        acme().post("/role-bindings", """
                {"name":"%s","spec":{"serviceAccountId":"%s","role":"%s"%s}}
                """.formatted(unique("binding"), account, role, place));
        return keyOf(account, "admin");
    }

    /** A key of a service account of acme, which may do what both allow. */
    static Api keyOf(String account, String role) {
        return new Api(acme().post("/api-keys", """
                        {"name":"%s","spec":{"role":"%s","serviceAccountId":"%s","expireTime":"%s"}}
                        """.formatted(
                                unique("key"), role, account, Instant.now().plus(1, ChronoUnit.DAYS)))
                .body()
                .path("secret")
                .asText());
    }

    /** A name nobody else uses. */
    static String unique(String prefix) {
        return prefix + "-" + NUMBER.incrementAndGet();
    }

    Reply get(String path, String... headers) {
        return send(request(path, headers).GET());
    }

    Reply post(String path, String body, String... headers) {
        return send(json(path, headers).POST(BodyPublishers.ofString(body)));
    }

    Reply put(String path, String body, String... headers) {
        return send(json(path, headers).PUT(BodyPublishers.ofString(body)));
    }

    /** A merge patch. */
    Reply patch(String path, String body, String... headers) {
        return patchAs("application/merge-patch+json", path, body, headers);
    }

    Reply patchAs(String mediaType, String path, String body, String... headers) {
        return send(request(path, headers)
                .header("Content-Type", mediaType)
                .method("PATCH", BodyPublishers.ofString(body)));
    }

    Reply delete(String path, String... headers) {
        return send(request(path, headers).DELETE());
    }

    /** A release bundle. */
    Reply upload(byte[] bundle, String contentDigest) {
        return send(request("/mesh-releases", "Content-Type", "application/gzip", "Content-Digest", contentDigest)
                .POST(BodyPublishers.ofByteArray(bundle)));
    }

    /** The body as it is, of an answer that is no JSON document. */
    byte[] bytes(String path) {
        try {
            return CLIENT.send(request(path).GET().build(), HttpResponse.BodyHandlers.ofByteArray())
                    .body();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    /** Every answer of every test is held against the contract. */
    Reply send(HttpRequest.Builder request) {
        HttpRequest sent = request.build();
        try {
            HttpResponse<byte[]> response = CLIENT.send(sent, HttpResponse.BodyHandlers.ofByteArray());
            boolean lines =
                    response.headers().firstValue("Content-Type").orElse("").startsWith(Contract.LINES);
            JsonNode body = lines ? trees(response.body()) : tree(response.body());
            Reply reply = new Reply(response.statusCode(), body, response);
            Contract.require(
                    sent.method(), sent.uri().getPath(), reply.status(), reply.header("Content-Type"), reply.body());
            return reply;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    private static JsonNode tree(byte[] body) {
        try {
            return body.length == 0 ? JSON.missingNode() : JSON.readTree(body);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("answered no JSON: " + new String(body, StandardCharsets.UTF_8), e);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A document per line. */
    private static JsonNode trees(byte[] body) {
        ArrayNode documents = JSON.createArrayNode();
        new String(body, StandardCharsets.UTF_8)
                .lines()
                .forEach(line -> documents.add(tree(line.getBytes(StandardCharsets.UTF_8))));
        return documents;
    }

    private HttpRequest.Builder json(String path, String... headers) {
        return request(path, headers).header("Content-Type", "application/json");
    }

    HttpRequest.Builder request(String path, String... headers) {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(base() + path));
        if (!key.isEmpty()) {
            request.header("Authorization", "Bearer " + key);
        }
        for (int i = 0; i < headers.length; i += 2) {
            request.header(headers[i], headers[i + 1]);
        }
        return request;
    }

    static String base() {
        return "http://127.0.0.1:" + ConfigProvider.getConfig().getValue("quarkus.http.test-port", Integer.class)
                + "/api/v1";
    }

    @Override
    public String toString() {
        return "Api[key hidden]";
    }
}
