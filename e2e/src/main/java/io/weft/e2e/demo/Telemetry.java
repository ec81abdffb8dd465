package io.weft.e2e.demo;

import com.fasterxml.jackson.databind.JsonNode;
import io.weft.e2e.demo.Await.Look;
import io.weft.e2e.launch.Say;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.stream.StreamSupport;

/** What the hub counted, beside what the client itself counted over the same windows. */
final class Telemetry {
    private static final int WINDOW_SECONDS = 10;
    private static final Duration SPAN = Duration.ofMinutes(2);
    private static final String ADVICE = "./weft logs fleet-manager shows what arrives";

    private final Hub hub;
    private final LoadClient client;
    private final Say say;
    private final Await await;

    Telemetry(Hub hub, LoadClient client, Say say) {
        this.hub = hub;
        this.client = client;
        this.say = say;
        this.await = new Await(say);
    }

    /** Compares over complete windows from {@code steady} on, at least two minutes of them. */
    Report.Telemetry compare(String clusterId, Instant steady) {
        Instant from = Instant.ofEpochSecond((steady.getEpochSecond() / WINDOW_SECONDS + 1) * WINDOW_SECONDS);
        Instant to = await.until("two minutes of complete windows", SPAN.plusMinutes(2), ADVICE, () -> {
            Optional<Instant> through = completeThrough(clusterId);
            return Look.when(
                    through.filter(t -> !t.isBefore(from.plus(SPAN))).isPresent(),
                    floor(through.orElse(from)),
                    "completeThrough " + through);
        });
        double lag = Duration.between(completeThrough(clusterId).orElse(Instant.EPOCH), Instant.now())
                        .toMillis()
                / 1e3;
        Counted counted = between(clusterId, from, to);
        JsonNode services = hub.get("/telemetry/services" + query(clusterId, from, to));
        say.line("telemetry from %s to %s: %d requests of the load client by Weft, %d by its own count (%.2f %% apart)"
                .formatted(from, to, counted.byWeft(), counted.byClient(), counted.apartPercent()));
        say.line("%d records, %d samples lost, %.1f s behind".formatted(counted.records(), counted.samplesLost(), lag));
        services.path("items")
                .forEach(item -> say.detail("%s/%s: %.1f requests/s, success %.4f, p50 %.1f ms, p99 %.1f ms"
                        .formatted(
                                item.path("namespace").asText(),
                                item.path("service").asText(),
                                item.path("ratePerSecond").asDouble(Double.NaN),
                                item.path("successRate").asDouble(Double.NaN),
                                item.path("p50Ms").asDouble(Double.NaN),
                                item.path("p99Ms").asDouble(Double.NaN))));
        return new Report.Telemetry(
                counted.records(),
                services.path("items").size(),
                counted.byWeft(),
                counted.byClient(),
                Report.tenths(lag));
    }

    /** Both counts from the next window's start to the end of the last one that is complete once this moment is. */
    Counted since(String clusterId, Instant moment) {
        Instant from = floor(moment).plusSeconds(WINDOW_SECONDS);
        Instant to = floor(Instant.now());
        await.until("telemetry complete through " + to, Duration.ofMinutes(3), ADVICE, () -> {
            Optional<Instant> through = completeThrough(clusterId);
            return Look.when(through.filter(t -> !t.isBefore(to)).isPresent(), to, "completeThrough " + through);
        });
        return between(clusterId, from, to);
    }

    private Counted between(String clusterId, Instant from, Instant to) {
        JsonNode workloads = hub.get("/telemetry/workloads" + query(clusterId, from, to));
        long byWeft = stream(workloads.path("items"))
                .filter(item -> item.path("namespace").asText().equals("load")
                        && item.path("workload").asText().equals("load-client"))
                .mapToLong(item -> item.path("requests").asLong())
                .sum();
        return new Counted(
                byWeft,
                client.between(from, to).total(),
                sum(workloads.path("clusters"), "records"),
                sum(workloads.path("clusters"), "samplesLost"));
    }

    private static String query(String clusterId, Instant from, Instant to) {
        return "?from=" + from + "&to=" + to + "&clusterId=" + clusterId;
    }

    private static long sum(JsonNode list, String field) {
        return stream(list).mapToLong(item -> item.path(field).asLong()).sum();
    }

    private Optional<Instant> completeThrough(String clusterId) {
        JsonNode through = hub.get("/telemetry/services?clusterId=" + clusterId).path("completeThrough");
        if (through.isObject()) {
            through = through.path(clusterId);
        }
        return through.isTextual() ? Optional.of(Instant.parse(through.asText())) : Optional.empty();
    }

    private static Instant floor(Instant time) {
        return Instant.ofEpochSecond(time.getEpochSecond() / WINDOW_SECONDS * WINDOW_SECONDS);
    }

    private static java.util.stream.Stream<JsonNode> stream(JsonNode list) {
        return StreamSupport.stream(list.spliterator(), false);
    }
}
