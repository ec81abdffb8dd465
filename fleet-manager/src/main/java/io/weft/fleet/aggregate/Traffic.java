package io.weft.fleet.aggregate;

import java.util.List;

/**
 * Requests by response class and the histogram of their durations.
 *
 * @param counts per bucket; one more than there are bounds
 * @param durationSum milliseconds; sums of whole milliseconds are exact up to 2^53
 * @param tlsHandshakes {@link #NOT_REPORTED} when nobody counted
 */
record Traffic(
        long rq2xx,
        long rq3xx,
        long rq4xx,
        long rq5xx,
        long rqOther,
        List<Long> counts,
        double durationSum,
        long tlsHandshakes) {
    static final long NOT_REPORTED = -1;

    Traffic {
        counts = List.copyOf(counts);
    }
}
