package io.weft.upgrade.observe;

import io.weft.kit.tenancy.TenantTx;
import io.weft.upgrade.decision.Histogram;
import io.weft.upgrade.decision.Observations;
import io.weft.upgrade.decision.Plan;
import io.weft.upgrade.decision.State;
import io.weft.upgrade.decision.Telemetry;
import io.weft.upgrade.decision.Traffic;
import io.weft.upgrade.decision.Traffic.BothEnds;
import io.weft.upgrade.decision.Traffic.Reporter;
import io.weft.upgrade.decision.TrafficRanges;
import io.weft.upgrade.decision.TrafficRanges.Span;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Adds complete windows up, as {@link TrafficRanges} asks. */
final class TrafficReader {
    private final TenantTx tx;
    private final Subject subject;
    private final TrafficRanges ranges;
    private final String newRevision;

    private TrafficReader(TenantTx tx, Subject subject, TrafficRanges ranges, String newRevision) {
        this.tx = tx;
        this.subject = subject;
        this.ranges = ranges;
        this.newRevision = newRevision;
    }

    static Telemetry read(TenantTx tx, Subject subject, Plan plan, State state, Observations seen) {
        Optional<Instant> through = tx.first(
                Instant.class,
                "SELECT complete_through FROM telemetry_progress WHERE cluster_id = ?",
                subject.cluster());
        Optional<TrafficRanges> ranges = through.flatMap(complete -> TrafficRanges.of(plan, state, seen, complete));
        return ranges.map(asked ->
                        new TrafficReader(tx, subject, asked, plan.to().revision()).read(through, plan.minRequests()))
                .orElseGet(() -> new Telemetry(through, Map.of(), Map.of(), Map.of(), List.of()));
    }

    private Telemetry read(Optional<Instant> completeThrough, long minRequests) {
        Map<String, BothEnds> before = sum(ranges.before(), false);
        if (ranges.isShort(before, minRequests)) {
            before = sum(ranges.longerBefore(), false);
        }
        List<Telemetry.Window> unjudged = new ArrayList<>();
        ranges.unjudged().ifPresent(span -> {
            for (Instant start = span.from(); start.isBefore(span.to()); start = start.plus(Telemetry.WINDOW)) {
                unjudged.add(new Telemetry.Window(start, sum(new Span(start, start.plus(Telemetry.WINDOW)), true)));
            }
        });
        return new Telemetry(
                completeThrough,
                before,
                ranges.since().map(span -> sum(span, true)).orElse(Map.of()),
                ranges.settled().map(span -> sum(span, true)).orElse(Map.of()),
                unjudged);
    }

    record SumRow(
            String namespace,
            Reporter reporter,
            long requests,
            long clientErrors,
            long serverErrors,
            double[] bounds,
            long[] counts) {
        BothEnds traffic() {
            Traffic traffic = new Traffic(requests, clientErrors, serverErrors, histogram());
            return reporter == Reporter.DESTINATION
                    ? new BothEnds(traffic, Traffic.NONE)
                    : new BothEnds(Traffic.NONE, traffic);
        }

        /** Counts that do not fit their bounds are no durations. */
        private Histogram histogram() {
            return counts.length == bounds.length + 1
                    ? new Histogram(
                            Arrays.stream(bounds).boxed().toList(),
                            Arrays.stream(counts).boxed().toList())
                    : Histogram.EMPTY;
        }
    }

    /**
     * The requests of a span per namespace.
     *
     * @param moved destinations on the new revision only
     */
    private Map<String, BothEnds> sum(Span span, boolean moved) {
        Map<String, BothEnds> sums = new HashMap<>();
        tx.list(
                        SumRow.class,
                        """
                WITH chosen AS (
                    SELECT dst_namespace AS namespace, reporter, bounds, counts, rq_2xx, rq_3xx, rq_4xx, rq_5xx, rq_other
                    FROM traffic_10s
                    WHERE cluster_id = ? AND window_start >= ? AND window_start < ? AND dst_namespace = ANY (?)
                        AND (reporter = 'source' OR NOT ? OR revision = ?)),
                answers AS (
                    SELECT namespace, reporter, bounds, sum(rq_2xx + rq_3xx + rq_4xx + rq_5xx + rq_other)::bigint AS requests,
                        sum(rq_4xx)::bigint AS client_errors, sum(rq_5xx)::bigint AS server_errors
                    FROM chosen GROUP BY namespace, reporter, bounds),
                buckets AS (
                    SELECT namespace, reporter, bounds, array_agg(total ORDER BY position) AS counts
                    FROM (SELECT namespace, reporter, bounds, position, sum(count)::bigint AS total
                        FROM chosen CROSS JOIN LATERAL unnest(counts) WITH ORDINALITY AS bucket (count, position)
                        GROUP BY namespace, reporter, bounds, position) AS totals
                    GROUP BY namespace, reporter, bounds)
                SELECT namespace, reporter, requests, client_errors, server_errors, bounds,
                    COALESCE(counts, '{}') AS counts
                FROM answers LEFT JOIN buckets USING (namespace, reporter, bounds)
                """,
                        subject.cluster(),
                        span.from(),
                        span.to(),
                        List.copyOf(ranges.namespaces()),
                        moved,
                        newRevision)
                .forEach(row -> sums.merge(row.namespace(), row.traffic(), BothEnds::plus));
        return sums;
    }
}
