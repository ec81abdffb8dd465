package io.weft.api.telemetry;

import io.weft.api.http.Doors;
import io.weft.api.http.Ids;
import io.weft.api.http.Permission;
import io.weft.api.http.Prefix;
import io.weft.api.http.Requires;
import io.weft.kit.tenancy.TenantTx;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.MediaType;
import java.time.Instant;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.jspecify.annotations.Nullable;

/** Telemetry as lists, over the 10-second windows of {@code from} to {@code to} (the last five minutes when absent). */
@Produces(MediaType.APPLICATION_JSON)
@Path("/v1/telemetry")
class TelemetryResource {
    private final Traffic traffic;
    private final Resources resources;
    private final Doors doors;

    TelemetryResource(Traffic traffic, Resources resources, Doors doors) {
        this.traffic = traffic;
        this.resources = resources;
        this.doors = doors;
    }

    /** One side of an edge; the destination is named by service where the caller's proxy knows it. */
    @Schema(name = "TelemetryEnd")
    public record End(String namespace, String name) {}

    /** A service as its servers saw it. */
    public record ServiceItem(
            String namespace,
            String service,
            long requests,
            @Nullable Double ratePerSecond,
            @Nullable Double successRate,
            @Nullable Double p50Ms,
            @Nullable Double p95Ms,
            @Nullable Double p99Ms) {}

    /** What a caller saw of a destination. */
    public record EdgeItem(
            End source,
            End destination,
            long requests,
            @Nullable Double ratePerSecond,
            @Nullable Double successRate,
            @Nullable Double p50Ms,
            @Nullable Double p95Ms,
            @Nullable Double p99Ms) {}

    /** A caller's own requests, each counted once, whatever its retries did. */
    public record WorkloadItem(
            String namespace,
            String workload,
            long requests,
            @Nullable Double successRate) {}

    /** CPU and memory of a component; null where the cluster does not report it. */
    public record ResourceItem(
            String component,
            String namespace,
            String workload,
            String revision,
            @Nullable Double cpuCores,
            @Nullable Long memoryBytes) {}

    /**
     * A list with what it covers.
     *
     * @param completeThrough up to when all clusters asked for are complete; null when none has sent telemetry
     * @param clusters the same for each, with what was lost
     */
    public record Measured<T>(
            Instant from,
            Instant to,
            @Nullable Instant completeThrough,
            List<Progress.Cluster> clusters,
            List<T> items) {}

    private record Question(
            Range range, @Nullable UUID cluster, @Nullable String namespace) {}

    private <T> Measured<T> measured(
            @Nullable String from,
            @Nullable String to,
            @Nullable String clusterId,
            @Nullable String namespace,
            Query<T> query) {
        UUID cluster = Ids.inQuery(Prefix.CLUSTER, clusterId, "clusterId");
        return doors.reads().read(tx -> {
            Range range = Range.of(from, to, tx.now());
            Progress progress = Progress.read(tx, cluster);
            List<T> items = query.run(tx, new Question(range, cluster, namespace), progress);
            return new Measured<>(range.from(), range.to(), progress.completeThrough(), progress.clusters(), items);
        });
    }

    @FunctionalInterface
    private interface Query<T> {
        List<T> run(TenantTx tx, Question question, Progress progress);
    }

    @GET
    @Path("/services")
    @Requires(value = Permission.TELEMETRY_READ, scoped = true)
    @Operation(summary = "Traffic of each service, as its servers saw it")
    public Measured<ServiceItem> services(
            @QueryParam("from") @Nullable String from,
            @QueryParam("to") @Nullable String to,
            @QueryParam("clusterId") @Nullable String clusterId,
            @QueryParam("namespace") @Nullable String namespace) {
        return measured(
                from,
                to,
                clusterId,
                namespace,
                (tx, asked, progress) -> grouped(
                                traffic.services(tx, asked.range(), asked.cluster(), asked.namespace()),
                                row -> new End(row.dstNamespace(), row.dstName()))
                        .entrySet()
                        .stream()
                        .map(group -> {
                            Figures f = Figures.of(
                                    group.getValue(),
                                    progress.covered(asked.range()).orElse(null));
                            return new ServiceItem(
                                    group.getKey().namespace(),
                                    group.getKey().name(),
                                    f.requests(),
                                    f.ratePerSecond(),
                                    f.successRate(),
                                    f.p50Ms(),
                                    f.p95Ms(),
                                    f.p99Ms());
                        })
                        .toList());
    }

    private record Edge(End source, End destination) {}

    @GET
    @Path("/edges")
    @Requires(value = Permission.TELEMETRY_READ, scoped = true)
    @Operation(summary = "Traffic between services, as callers saw it")
    public Measured<EdgeItem> edges(
            @QueryParam("from") @Nullable String from,
            @QueryParam("to") @Nullable String to,
            @QueryParam("clusterId") @Nullable String clusterId,
            @QueryParam("namespace") @Nullable String namespace) {
        return measured(
                from,
                to,
                clusterId,
                namespace,
                (tx, asked, progress) -> grouped(
                                traffic.edges(tx, asked.range(), asked.cluster(), asked.namespace()),
                                row -> new Edge(
                                        new End(row.srcNamespace(), row.srcWorkload()),
                                        new End(row.dstNamespace(), row.dstName())))
                        .entrySet()
                        .stream()
                        .map(group -> {
                            Figures f = Figures.of(
                                    group.getValue(),
                                    progress.covered(asked.range()).orElse(null));
                            return new EdgeItem(
                                    group.getKey().source(),
                                    group.getKey().destination(),
                                    f.requests(),
                                    f.ratePerSecond(),
                                    f.successRate(),
                                    f.p50Ms(),
                                    f.p95Ms(),
                                    f.p99Ms());
                        })
                        .toList());
    }

    @GET
    @Path("/workloads")
    @Requires(value = Permission.TELEMETRY_READ, scoped = true)
    @Operation(summary = "Traffic of each workload")
    public Measured<WorkloadItem> workloads(
            @QueryParam("from") @Nullable String from,
            @QueryParam("to") @Nullable String to,
            @QueryParam("clusterId") @Nullable String clusterId,
            @QueryParam("namespace") @Nullable String namespace) {
        return measured(
                from,
                to,
                clusterId,
                namespace,
                (tx, asked, _) -> grouped(
                                traffic.callers(tx, asked.range(), asked.cluster(), asked.namespace()),
                                row -> new End(row.srcNamespace(), row.srcWorkload()))
                        .entrySet()
                        .stream()
                        .map(group -> {
                            Figures figures = Figures.of(group.getValue(), null);
                            return new WorkloadItem(
                                    group.getKey().namespace(),
                                    group.getKey().name(),
                                    figures.requests(),
                                    figures.successRate());
                        })
                        .toList());
    }

    @GET
    @Path("/resources")
    @Requires(value = Permission.TELEMETRY_READ, scoped = true)
    @Operation(summary = "CPU and memory of control planes and proxies")
    public Measured<ResourceItem> resources(
            @QueryParam("from") @Nullable String from,
            @QueryParam("to") @Nullable String to,
            @QueryParam("clusterId") @Nullable String clusterId,
            @QueryParam("namespace") @Nullable String namespace) {
        return measured(
                from,
                to,
                clusterId,
                namespace,
                (tx, asked, _) -> resources.list(tx, asked.range(), asked.cluster(), asked.namespace()).stream()
                        .map(TelemetryResource::item)
                        .toList());
    }

    private static ResourceItem item(Resources.ResourceRow row) {
        Double seconds = row.cpuSeconds();
        double measured = row.windows() * (double) Range.WINDOW.toSeconds();
        return new ResourceItem(
                row.component(),
                row.namespace(),
                row.workload(),
                row.revision(),
                seconds == null || measured == 0 ? null : (Double) (seconds / measured),
                row.memoryBytes());
    }

    private static <K> Map<K, List<TrafficRow>> grouped(Collection<TrafficRow> rows, Function<TrafficRow, K> key) {
        return rows.stream().collect(Collectors.groupingBy(key, LinkedHashMap::new, Collectors.toList()));
    }
}
