package io.weft.api.telemetry;

import io.weft.kit.tenancy.TenantTx;
import jakarta.inject.Singleton;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** CPU and memory of proxies and control planes. */
@Singleton
class Resources {
    /**
     * Sums of one component.
     *
     * @param cpuSeconds used in {@code windows} windows of ten seconds
     * @param memoryBytes of the newest window
     */
    record ResourceRow(
            String component,
            String namespace,
            String workload,
            String revision,
            @Nullable Double cpuSeconds,
            long windows,
            @Nullable Long memoryBytes) {}

    record StepRow(Instant start, @Nullable Double value) {}

    List<ResourceRow> list(TenantTx tx, Range range, @Nullable UUID cluster, @Nullable String namespace) {
        return tx.list(ResourceRow.class, """
                SELECT component, namespace, workload, revision, sum(cpu_seconds) AS cpu_seconds,
                    count(DISTINCT window_start) FILTER (WHERE cpu_seconds IS NOT NULL) AS windows,
                    (array_agg(memory_bytes ORDER BY window_start DESC) FILTER (WHERE memory_bytes IS NOT NULL))[1]
                        AS memory_bytes
                FROM resource_10s
                WHERE window_start >= ? AND window_start < ? AND (?::uuid IS NULL OR cluster_id = ?::uuid)
                    AND (?::text IS NULL OR namespace = ?::text) AND in_reach(cluster_id, namespace)
                GROUP BY component, namespace, workload, revision
                ORDER BY component, namespace, workload, revision LIMIT 20000
                """, range.from(), range.to(), cluster, cluster, namespace, namespace);
    }

    /** CPU cores per step: seconds used over seconds measured. */
    List<StepRow> cpu(TenantTx tx, Range range, long step, @Nullable UUID cluster, @Nullable String namespace) {
        return steps(
                tx,
                "sum(cpu_seconds) / NULLIF(count(DISTINCT window_start) FILTER (WHERE cpu_seconds IS NOT NULL) * 10, 0)",
                range,
                step,
                cluster,
                namespace);
    }

    /** Bytes per step: the mean over its windows of the sum over everything. */
    List<StepRow> memory(TenantTx tx, Range range, long step, @Nullable UUID cluster, @Nullable String namespace) {
        return steps(
                tx,
                "sum(memory_bytes) / NULLIF(count(DISTINCT window_start) FILTER (WHERE memory_bytes IS NOT NULL), 0)",
                range,
                step,
                cluster,
                namespace);
    }

    private static List<StepRow> steps(
            TenantTx tx, String value, Range range, long step, @Nullable UUID cluster, @Nullable String namespace) {
        return tx.list(
                StepRow.class,
                """
                SELECT start, (%s)::double precision AS value FROM (
                    SELECT date_bin(make_interval(secs => ?), window_start, ?) AS start, window_start, cpu_seconds,
                        memory_bytes
                    FROM resource_10s
                    WHERE window_start >= ? AND window_start < ? AND (?::uuid IS NULL OR cluster_id = ?::uuid)
                        AND (?::text IS NULL OR namespace = ?::text) AND in_reach(cluster_id, namespace)) AS picked
                GROUP BY start ORDER BY start
                """.formatted(value),
                (double) step,
                range.from(),
                range.from(),
                range.to(),
                cluster,
                cluster,
                namespace,
                namespace);
    }
}
