package io.weft.api.telemetry;

import io.weft.kit.tenancy.TenantTx;
import jakarta.inject.Singleton;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Sums of 10-second windows. Percentiles are not here: buckets are merged, then read. */
@Singleton
class Traffic {
    private static final String REQUESTS = "rq_2xx + rq_3xx + rq_4xx + rq_5xx + rq_other";
    /** Answers of class 5xx and calls without an answer; 4xx are the caller's own mistakes. */
    private static final String FAILED = "rq_5xx + rq_other";

    private static final String SUMS = """
            WITH picked AS (
                SELECT $srcNamespace AS src_namespace, $srcWorkload AS src_workload, dst_namespace, $dstName AS dst_name,
                    $requests AS requests, $failed AS failed, bounds, counts
                FROM traffic_10s
                WHERE window_start >= ? AND window_start < ? AND (?::uuid IS NULL OR cluster_id = ?::uuid) AND $condition),
            histogram AS (
                SELECT src_namespace, src_workload, dst_namespace, dst_name, bounds, place, sum(count) AS count
                FROM picked, unnest(counts) WITH ORDINALITY AS bucket (count, place)
                GROUP BY src_namespace, src_workload, dst_namespace, dst_name, bounds, place),
            merged AS (
                SELECT src_namespace, src_workload, dst_namespace, dst_name, bounds,
                    array_agg(count::bigint ORDER BY place) AS counts
                FROM histogram GROUP BY src_namespace, src_workload, dst_namespace, dst_name, bounds),
            total AS (
                SELECT src_namespace, src_workload, dst_namespace, dst_name, bounds,
                    sum(requests)::bigint AS requests, sum(failed)::bigint AS failed
                FROM picked GROUP BY src_namespace, src_workload, dst_namespace, dst_name, bounds)
            SELECT t.src_namespace, t.src_workload, t.dst_namespace, t.dst_name, t.requests, t.failed, t.bounds,
                COALESCE(m.counts, '{}') AS counts
            FROM total t LEFT JOIN merged m ON (m.src_namespace, m.src_workload, m.dst_namespace, m.dst_name, m.bounds)
                = (t.src_namespace, t.src_workload, t.dst_namespace, t.dst_name, t.bounds)
            ORDER BY t.src_namespace, t.src_workload, t.dst_namespace, t.dst_name
            LIMIT 20000
            """;

    /** What servers saw, by service where the proxy names one, else by workload. */
    private static final String SERVICES = sums(
            "''",
            "''",
            "COALESCE(NULLIF(dst_service, ''), dst_workload)",
            "reporter = 'destination' AND in_reach(cluster_id, dst_namespace) AND (?::text IS NULL OR dst_namespace = ?::text)");

    /** What callers saw of each destination. */
    private static final String EDGES = sums(
            "src_namespace",
            "src_workload",
            "COALESCE(NULLIF(dst_service, ''), dst_workload)",
            "reporter = 'source' AND (dst_service <> '' OR dst_workload <> '')"
                    + " AND (in_reach(cluster_id, src_namespace) OR in_reach(cluster_id, dst_namespace))"
                    + " AND (?::text IS NULL OR ?::text IN (src_namespace, dst_namespace))");

    /** The callers' own requests, each once. */
    private static final String CALLERS = sums(
            "src_namespace",
            "src_workload",
            "''",
            "reporter = 'source' AND dst_service = '' AND dst_workload = ''"
                    + " AND in_reach(cluster_id, src_namespace) AND (?::text IS NULL OR src_namespace = ?::text)");

    private static String sums(String srcNamespace, String srcWorkload, String dstName, String condition) {
        return SUMS.replace("$srcNamespace", srcNamespace)
                .replace("$srcWorkload", srcWorkload)
                .replace("$dstName", dstName)
                .replace("$requests", REQUESTS)
                .replace("$failed", FAILED)
                .replace("$condition", condition);
    }

    List<TrafficRow> services(TenantTx tx, Range range, @Nullable UUID cluster, @Nullable String namespace) {
        return sums(tx, SERVICES, range, cluster, namespace);
    }

    List<TrafficRow> edges(TenantTx tx, Range range, @Nullable UUID cluster, @Nullable String namespace) {
        return sums(tx, EDGES, range, cluster, namespace);
    }

    List<TrafficRow> callers(TenantTx tx, Range range, @Nullable UUID cluster, @Nullable String namespace) {
        return sums(tx, CALLERS, range, cluster, namespace);
    }

    private static List<TrafficRow> sums(
            TenantTx tx, String query, Range range, @Nullable UUID cluster, @Nullable String namespace) {
        return tx.list(TrafficRow.class, query, range.from(), range.to(), cluster, cluster, namespace, namespace);
    }

    /**
     * One step.
     *
     * @param start of the step
     */
    @SuppressWarnings("ArrayRecordComponent") // a row as it is read; never compared
    record StepRow(Instant start, long requests, long failed, double[] bounds, long[] counts) {}

    /** Sums per step of what servers saw; rows of one step differ by bounds, and a step without data has no row. */
    List<StepRow> steps(
            TenantTx tx,
            Range range,
            long stepSeconds,
            @Nullable UUID cluster,
            @Nullable String namespace,
            @Nullable String service) {
        return tx.list(
                StepRow.class,
                """
                WITH picked AS (
                    SELECT date_bin(make_interval(secs => ?), window_start, ?) AS start, bounds, counts,
                        %s AS requests, %s AS failed
                    FROM traffic_10s
                    WHERE window_start >= ? AND window_start < ? AND reporter = 'destination'
                        AND in_reach(cluster_id, dst_namespace)
                        AND (?::uuid IS NULL OR cluster_id = ?::uuid) AND (?::text IS NULL OR dst_namespace = ?::text)
                        AND (?::text IS NULL OR ?::text IN (dst_service, dst_workload))),
                histogram AS (
                    SELECT start, bounds, place, sum(count) AS count
                    FROM picked, unnest(counts) WITH ORDINALITY AS bucket (count, place) GROUP BY start, bounds, place)
                SELECT start, bounds, sum(requests)::bigint AS requests, sum(failed)::bigint AS failed,
                    COALESCE((SELECT array_agg(h.count::bigint ORDER BY h.place) FROM histogram h
                        WHERE (h.start, h.bounds) = (picked.start, picked.bounds)), '{}') AS counts
                FROM picked GROUP BY start, bounds ORDER BY start
                """.formatted(REQUESTS, FAILED),
                (double) stepSeconds,
                range.from(),
                range.from(),
                range.to(),
                cluster,
                cluster,
                namespace,
                namespace,
                service,
                service);
    }
}
