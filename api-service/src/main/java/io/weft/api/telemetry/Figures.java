package io.weft.api.telemetry;

import java.util.Collection;
import java.util.OptionalDouble;
import org.jspecify.annotations.Nullable;

/**
 * Rate, success and latency of a group. What was not measured is null, never 0.
 *
 * @param successRate share of requests whose answer was not 5xx or missing, 0 to 1
 */
record Figures(
        long requests,
        @Nullable Double ratePerSecond,
        @Nullable Double successRate,
        @Nullable Double p50Ms,
        @Nullable Double p95Ms,
        @Nullable Double p99Ms) {
    static Figures of(Collection<TrafficRow> rows, @Nullable Double seconds) {
        long requests = 0;
        long failed = 0;
        LatencyHistogram latency = new LatencyHistogram();
        for (TrafficRow row : rows) {
            requests += row.requests();
            failed += row.failed();
            if (row.counts().length > 0) {
                latency.add(row.bounds(), row.counts());
            }
        }
        return new Figures(
                requests,
                seconds == null ? null : (Double) (requests / seconds),
                successRate(requests, failed),
                orNull(latency.percentile(0.5)),
                orNull(latency.percentile(0.95)),
                orNull(latency.percentile(0.99)));
    }

    static @Nullable Double successRate(long requests, long failed) {
        return requests == 0 ? null : (Double) ((requests - failed) / (double) requests);
    }

    static @Nullable Double orNull(OptionalDouble value) {
        return value.isPresent() ? (Double) value.getAsDouble() : null;
    }
}
