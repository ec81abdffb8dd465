package io.weft.e2e.demo;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Instant;
import java.util.List;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.ConcurrentNavigableMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * What the sample's load client counted, second by second. Its own pod is replaced in the last wave of an upgrade, so
 * every pod is read each second while it lives, and their counts are added.
 */
public final class LoadClient implements AutoCloseable {
    private static final String PODS = "/api/v1/namespaces/load/pods";
    /** A request counts in the second in which it began, and may end this much later (its limit, and a second to be read). */
    static final int FINAL_AFTER_SECONDS = 17;

    private final ApiProxy proxy;
    private final ScheduledExecutorService clock = Executors.newSingleThreadScheduledExecutor(task -> {
        Thread thread = new Thread(task, "load-client");
        thread.setDaemon(true);
        return thread;
    });
    private final ConcurrentMap<String, NavigableMap<Long, Count>> pods = new ConcurrentHashMap<>();
    /** What each failed request met, by when it began. */
    private final ConcurrentNavigableMap<Instant, String> failures = new ConcurrentSkipListMap<>();

    /** Requests that ended in one second, or in several. */
    public record Count(long total, long failed) {
        static final Count NONE = new Count(0, 0);

        Count plus(Count other) {
            return new Count(total + other.total, failed + other.failed);
        }
    }

    LoadClient(ApiProxy proxy) {
        this.proxy = proxy;
        var reading = clock.scheduleWithFixedDelay(this::read, 0, 1, TimeUnit.SECONDS);
        assert !reading.isCancelled();
    }

    private void read() {
        proxy.get(PODS + "?labelSelector=app%3Dload-client")
                .ifPresent(list -> list.path("items").forEach(pod -> {
                    if (pod.path("status").path("phase").asText().equals("Running")) {
                        read(pod.path("metadata").path("name").asText());
                    }
                }));
    }

    private void read(String pod) {
        NavigableMap<Long, Count> known = pods.computeIfAbsent(pod, name -> new ConcurrentSkipListMap<>());
        long since = known.isEmpty() ? 0 : known.lastKey() - FINAL_AFTER_SECONDS;
        proxy.get(PODS + "/" + pod + ":9090/proxy/stats?since=" + Instant.ofEpochSecond(since))
                .ifPresent(stats -> {
                    for (JsonNode second : stats.path("seconds")) {
                        known.put(
                                Instant.parse(second.path("second").asText()).getEpochSecond(),
                                new Count(
                                        second.path("total").asLong(),
                                        second.path("failed").asLong()));
                    }
                    for (JsonNode failure : stats.path("failures")) {
                        failures.put(
                                Instant.parse(failure.path("time").asText()),
                                failure.path("target").asText() + " "
                                        + failure.path("status").asText("no answer") + " "
                                        + failure.path("error").asText());
                    }
                });
    }

    /** Every second from {@code from} on, whole seconds, all pods together. */
    NavigableMap<Long, Count> since(Instant from) {
        NavigableMap<Long, Count> sum = new TreeMap<>();
        pods.values()
                .forEach(pod -> pod.tailMap(from.getEpochSecond(), true)
                        .forEach((second, count) -> sum.merge(second, count, Count::plus)));
        return sum;
    }

    /** Up to {@code most} requests that failed in {@code [from, to)}, each with its time, target and answer. */
    List<String> failuresBetween(Instant from, Instant to, int most) {
        return failures.subMap(from, to).entrySet().stream()
                .limit(most)
                .map(failure -> failure.getKey() + " " + failure.getValue())
                .toList();
    }

    /** Sum over {@code [from, to)}. */
    public Count between(Instant from, Instant to) {
        return since(from).headMap(to.getEpochSecond(), false).values().stream().reduce(Count.NONE, Count::plus);
    }

    /** Waits until every request that began before the moment has ended and was read. */
    void awaitFinal(Instant moment) {
        long wanted = moment.getEpochSecond() + FINAL_AFTER_SECONDS;
        Await.pauseUntil(Instant.ofEpochSecond(wanted));
    }

    /** Requests per second over the last complete seconds; 0 when nothing is sent. */
    double rate(int seconds) {
        Instant now = Instant.now();
        return between(now.minusSeconds(seconds + 2L), now.minusSeconds(2)).total() / (double) seconds;
    }

    /** The second of the last request that is known. */
    @Nullable
    Long newest() {
        NavigableMap<Long, Count> all = since(Instant.EPOCH);
        return all.isEmpty() ? null : all.lastKey();
    }

    @Override
    public void close() {
        clock.shutdownNow();
    }
}
