package io.weft.agent.telemetry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.weft.agent.inventory.PodView;
import io.weft.agent.kube.Json;
import io.weft.agent.telemetry.Instances.Reading;
import io.weft.protocol.v1.TrafficSeries;
import io.weft.protocol.v1.Window;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class InstancesTest {
    private static final Instant NOON = Instant.parse("2026-01-01T12:00:00Z");

    private final Windows windows = new Windows();
    private final Instances instances = new Instances(windows);
    private final AtomicInteger requests = new AtomicInteger();
    private final CountDownLatch secondAsked = new CountDownLatch(1);
    private HttpServer server;
    private boolean slowFirst;
    private int asked;

    @BeforeEach
    void serve() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setExecutor(Executors.newCachedThreadPool());
        server.createContext("/stats", this::answer);
        server.start();
    }

    @AfterEach
    void end() {
        server.stop(0);
    }

    @Test
    void anOlderPageThatArrivesLaterIsNoRestart() throws Exception {
        slowFirst = true;
        CompletableFuture<Void> first = CompletableFuture.runAsync(this::read, Thread::startVirtualThread);
        await().until(() -> asked() == 1);
        CompletableFuture<Void> second = CompletableFuture.runAsync(this::read, Thread::startVirtualThread);
        first.get(10, TimeUnit.SECONDS);
        second.get(10, TimeUnit.SECONDS);

        assertThat(counted()).as("10, then 20 in all").isEqualTo(20);
    }

    @Test
    void aContainerThatBeganAnewIsCountedOnceWhicheverTellsItFirst() {
        requests.set(30);
        read(0);
        requests.set(4);
        read(0); // the page is of the next run, the watch still tells of the former one
        requests.set(6);
        read(1);

        assertThat(counted()).isEqualTo(30 + 6);
    }

    @Test
    void theLastReadsAddWhatMovedAndNothingThatStandsForAMoment() {
        requests.set(30);
        read(0, Reading.REGULAR);
        requests.set(36);
        read(0, Reading.LAST);
        requests.set(37);
        read(0, Reading.LAST);

        List<Window> drained = windows.drainBefore(NOON.plusSeconds(60));
        assertThat(counted(drained)).isEqualTo(37);
        assertThat(drained.stream().filter(Window::hasGauge))
                .extracting(window -> window.getGauge().getValue())
                .containsExactly(5.0);
        assertThat(drained.stream().filter(Window::hasResource))
                .extracting(window -> window.getResource().getMemoryBytes())
                .containsExactly(1_000L);
    }

    private void answer(HttpExchange exchange) throws IOException {
        int number = count();
        int value = slowFirst ? 10 * number : requests.get();
        if (slowFirst && number == 1) {
            try {
                // Without the lock the other page would be asked for, and taken in, meanwhile.
                assertThat(secondAsked.await(300, TimeUnit.MILLISECONDS))
                        .as("two pages of one instance at once")
                        .isFalse();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        } else {
            secondAsked.countDown();
        }
        byte[] page = """
                # TYPE envoy_http_downstream_rq counter
                envoy_http_downstream_rq{response_code_class="2xx",http_conn_manager_prefix="outbound_0.0.0.0_8080"} %d
                pilot_xds 5
                process_resident_memory_bytes 1000
                """.formatted(value).getBytes(StandardCharsets.UTF_8);
        exchange.sendResponseHeaders(200, page.length);
        exchange.getResponseBody().write(page);
        exchange.close();
    }

    private synchronized int count() {
        return ++asked;
    }

    private synchronized int asked() {
        return asked;
    }

    private void read() {
        read(0);
    }

    private void read(int restarts) {
        read(restarts, Reading.REGULAR);
    }

    private void read(int restarts, Reading reading) {
        ScrapeSpec spec =
                ScrapeSpec.of(Json.read("""
                {"name":"proxies","podAnnotation":"istio.io/rev","container":"istio-proxy","port":%d,"path":"/stats",
                 "traffic":[{"reporter":"source","requests":"envoy_http_downstream_rq","classLabel":"response_code_class",
                  "edgeLabel":"http_conn_manager_prefix","edgePattern":"outbound_.*","downstream":true}],
                 "gauges":[{"metric":"pilot_xds","name":"cpConnectedProxies"}],
                 "resources":{"component":"proxy","memory":"process_resident_memory_bytes"}}
                """.formatted(server.getAddress().getPort())));
        try {
            instances.read(spec, pod(restarts), NOON, NOON.minusSeconds(60), NOON, reading);
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    private static PodView pod(int restarts) {
        return new PodView(
                "shop",
                "web-1",
                "uid",
                "127.0.0.1",
                "",
                "web",
                Map.of(),
                Map.of("istio.io/rev", "1-26-0"),
                Map.of("istio-proxy", new PodView.ContainerView("proxyv2:1.26.0", restarts)),
                true,
                NOON.minusSeconds(30),
                Instant.MAX);
    }

    private long counted() {
        return counted(windows.drainBefore(NOON.plusSeconds(60)));
    }

    private static long counted(List<Window> drained) {
        return drained.stream()
                .map(Window::getTraffic)
                .map(TrafficSeries::getRequestsMap)
                .flatMap(byClass -> byClass.values().stream())
                .mapToLong(Long::longValue)
                .sum();
    }
}
