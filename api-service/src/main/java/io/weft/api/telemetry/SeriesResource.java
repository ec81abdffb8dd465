package io.weft.api.telemetry;

import io.weft.api.http.Doors;
import io.weft.api.http.DurationText;
import io.weft.api.http.Ids;
import io.weft.api.http.Permission;
import io.weft.api.http.Prefix;
import io.weft.api.http.Requires;
import io.weft.kit.problem.Problem;
import io.weft.kit.problem.ProblemType;
import io.weft.kit.tenancy.TenantTx;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.MediaType;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import java.util.stream.Collectors;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.jspecify.annotations.Nullable;

/** Telemetry over time. Every step has a point; a gap is null, never 0. */
@Produces(MediaType.APPLICATION_JSON)
@Path("/v1/telemetry/series")
class SeriesResource {
    private static final int MOST_POINTS = 2000;

    private final Traffic traffic;
    private final Resources resources;
    private final Doors doors;

    SeriesResource(Traffic traffic, Resources resources, Doors doors) {
        this.traffic = traffic;
        this.resources = resources;
        this.doors = doors;
    }

    /**
     * One step.
     *
     * @param time begin of the step
     * @param partial the step lies behind what the clusters have told completely; its value may still change
     */
    public record Point(Instant time, @Nullable Double value, boolean partial) {}

    /** Units: requests per step, successRate 0 to 1, p99 in milliseconds, cpu in cores, memory in bytes. */
    public record Series(
            String metric, String step, @Nullable Instant completeThrough, List<Point> points) {}

    private record Question(
            Range range,
            Duration step,
            @Nullable UUID cluster,
            @Nullable String namespace,
            @Nullable String service) {}

    @GET
    @Requires(value = Permission.TELEMETRY_READ, scoped = true)
    @Operation(summary = "One measure over time")
    public Series series(
            @QueryParam("metric") @Nullable String metric,
            @QueryParam("step") @Nullable String step,
            @QueryParam("from") @Nullable String from,
            @QueryParam("to") @Nullable String to,
            @QueryParam("clusterId") @Nullable String clusterId,
            @QueryParam("namespace") @Nullable String namespace,
            @QueryParam("service") @Nullable String service) {
        UUID cluster = Ids.inQuery(Prefix.CLUSTER, clusterId, "clusterId");
        String wanted = Objects.requireNonNullElse(metric, "requests");
        Duration length = step(step);
        return doors.reads().read(tx -> {
            Question question = new Question(Range.of(from, to, tx.now()), length, cluster, namespace, service);
            requireFewPoints(question);
            Progress progress = Progress.read(tx, cluster);
            return new Series(
                    wanted,
                    length.toSeconds() + "s",
                    progress.completeThrough(),
                    points(question, values(tx, wanted, question), progress.completeThrough()));
        });
    }

    private static Duration step(@Nullable String text) {
        Duration step = DurationText.parse(text == null ? "10s" : text).orElse(Duration.ZERO);
        if (step.compareTo(Range.WINDOW) < 0 || step.toMillis() % Range.WINDOW.toMillis() != 0) {
            throw Problem.of(ProblemType.PARAMETER_INVALID, "step must be a multiple of 10s, such as 10s, 1m or 1h");
        }
        return step;
    }

    private static void requireFewPoints(Question question) {
        if (question.range().length().dividedBy(question.step()) > MOST_POINTS) {
            throw Problem.of(
                    ProblemType.PARAMETER_INVALID,
                    "the range has more than " + MOST_POINTS + " steps: make step longer or the range shorter");
        }
    }

    private Map<Instant, Double> values(TenantTx tx, String metric, Question asked) {
        return switch (metric) {
            case "requests", "successRate", "p99" -> trafficValues(tx, metric, asked);
            case "cpu" ->
                present(resources.cpu(tx, asked.range(), asked.step().toSeconds(), asked.cluster(), asked.namespace()));
            case "memory" ->
                present(resources.memory(
                        tx, asked.range(), asked.step().toSeconds(), asked.cluster(), asked.namespace()));
            default ->
                throw Problem.of(
                        ProblemType.PARAMETER_INVALID, "metric must be one of requests, successRate, p99, cpu, memory");
        };
    }

    private static Map<Instant, Double> present(List<Resources.StepRow> rows) {
        Map<Instant, Double> values = new HashMap<>();
        rows.forEach(row -> {
            Double value = row.value();
            if (value != null) {
                values.put(row.start(), value);
            }
        });
        return values;
    }

    private Map<Instant, Double> trafficValues(TenantTx tx, String metric, Question asked) {
        Map<Instant, List<Traffic.StepRow>> steps = traffic
                .steps(tx, asked.range(), asked.step().toSeconds(), asked.cluster(), asked.namespace(), asked.service())
                .stream()
                .collect(Collectors.groupingBy(Traffic.StepRow::start));
        Map<Instant, Double> values = new HashMap<>();
        steps.forEach((start, rows) -> {
            Double value = value(metric, rows);
            if (value != null) {
                values.put(start, value);
            }
        });
        return values;
    }

    private static @Nullable Double value(String metric, List<Traffic.StepRow> rows) {
        long requests = rows.stream().mapToLong(Traffic.StepRow::requests).sum();
        long failed = rows.stream().mapToLong(Traffic.StepRow::failed).sum();
        return switch (metric) {
            case "requests" -> (double) requests;
            case "successRate" -> Figures.successRate(requests, failed);
            default -> p99(rows);
        };
    }

    private static @Nullable Double p99(List<Traffic.StepRow> rows) {
        LatencyHistogram latency = new LatencyHistogram();
        rows.stream().filter(row -> row.counts().length > 0).forEach(row -> latency.add(row.bounds(), row.counts()));
        return Figures.orNull(latency.percentile(0.99));
    }

    private static List<Point> points(Question asked, Map<Instant, Double> values, @Nullable Instant completeThrough) {
        List<Point> points = new ArrayList<>();
        for (Instant time = asked.range().from(); time.isBefore(asked.range().to()); time = time.plus(asked.step())) {
            boolean partial = completeThrough == null || completeThrough.isBefore(time.plus(asked.step()));
            points.add(new Point(time, values.get(time), partial));
        }
        return points;
    }
}
