package io.weft.agent;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.fabric8.kubernetes.client.ConfigBuilder;
import io.weft.agent.kube.KubeApi;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Function;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * An API server that keeps what is put under a path, and refuses when told to: for what an agent does when the real one
 * fails. What claims to apply needs the real one.
 */
public final class FakeApi implements AutoCloseable {
    /** Path without its query. */
    public record Request(String method, String path, String body) {}

    public record Answer(int status, String body) {}

    public final KubeApi api;
    public final Map<String, String> objects = new ConcurrentHashMap<>();
    public final List<Request> requests = new CopyOnWriteArrayList<>();
    private final HttpServer server;
    private volatile Function<Request, @Nullable Answer> rule = _ -> null;

    public FakeApi() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        server.createContext("/", this::serve);
        server.start();
        api = KubeApi.of(new ConfigBuilder()
                .withAutoConfigure(false)
                .withMasterUrl("http://127.0.0.1:" + server.getAddress().getPort())
                .withRequestRetryBackoffLimit(0)
                .build());
    }

    /** Asked first; null = the usual answer. */
    public void rule(Function<Request, @Nullable Answer> now) {
        rule = now;
    }

    public void refuse(int status, Predicate<Request> which) {
        rule(request -> which.test(request) ? new Answer(status, "{\"message\":\"refused by the test\"}") : null);
    }

    public void serveAll() {
        rule(_ -> null);
    }

    public List<Request> writes() {
        return requests.stream()
                .filter(request -> !request.method().equals("GET"))
                .toList();
    }

    @Override
    public void close() {
        api.close();
        server.stop(0);
    }

    private void serve(HttpExchange exchange) throws IOException {
        if (String.valueOf(exchange.getRequestURI().getQuery()).contains("watch=true")) {
            endWatch(exchange);
            return;
        }
        Request request = new Request(
                exchange.getRequestMethod(),
                exchange.getRequestURI().getPath(),
                new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8));
        requests.add(request);
        Answer ruled = rule.apply(request);
        Answer answer = ruled == null ? usual(request) : ruled;
        byte[] body = answer.body().getBytes(StandardCharsets.UTF_8);
        exchange.sendResponseHeaders(answer.status(), body.length == 0 ? -1 : body.length);
        exchange.getResponseBody().write(body);
        exchange.close();
    }

    /** Nothing changes by itself; a watch ends after a moment and is begun again. */
    private static void endWatch(HttpExchange exchange) throws IOException {
        LockSupport.parkNanos(200_000_000);
        exchange.sendResponseHeaders(200, -1);
        exchange.close();
    }

    private Answer usual(Request request) {
        return switch (request.method()) {
            case "PATCH", "PUT" -> {
                objects.put(request.path(), request.body());
                yield new Answer(200, request.body());
            }
            case "POST" -> new Answer(201, request.body());
            case "DELETE" -> {
                objects.remove(request.path());
                yield new Answer(200, "{}");
            }
            default -> {
                String found = objects.get(request.path());
                yield found == null ? new Answer(404, "{\"message\":\"not found\"}") : new Answer(200, found);
            }
        };
    }
}
