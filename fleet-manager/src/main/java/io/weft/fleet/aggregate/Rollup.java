package io.weft.fleet.aggregate;

import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.BinaryOperator;
import java.util.stream.IntStream;

/** Adds up windows of equal keys. Pure, associative and commutative: order and grouping of batches never show. */
final class Rollup {
    private static final Comparator<Gauge> LATEST = Comparator.comparingLong(Gauge::run)
            .thenComparingLong(Gauge::sequence)
            .thenComparingDouble(Gauge::value);

    /** Sums stop here: two of them fit into a bigint. */
    static final long MOST = 4_000_000_000_000_000_000L;

    private Rollup() {}

    /** Of numbers from 0 to {@link #MOST}. */
    static long sum(long a, long b) {
        return Math.min(MOST, a + b);
    }

    static Traffic merge(Traffic a, Traffic b) {
        return new Traffic(
                sum(a.rq2xx(), b.rq2xx()),
                sum(a.rq3xx(), b.rq3xx()),
                sum(a.rq4xx(), b.rq4xx()),
                sum(a.rq5xx(), b.rq5xx()),
                sum(a.rqOther(), b.rqOther()),
                sum(a.counts(), b.counts()),
                a.durationSum() + b.durationSum(),
                handshakes(a.tlsHandshakes(), b.tlsHandshakes()));
    }

    static Resource merge(Resource a, Resource b) {
        return new Resource(
                merge(a.cpuSeconds(), b.cpuSeconds(), Double::sum), merge(a.memoryBytes(), b.memoryBytes(), Math::max));
    }

    static Gauge merge(boolean counter, Gauge a, Gauge b) {
        Gauge latest = LATEST.compare(a, b) >= 0 ? a : b;
        return counter ? new Gauge(a.value() + b.value(), latest.run(), latest.sequence()) : latest;
    }

    private static List<Long> sum(List<Long> a, List<Long> b) {
        if (a.size() != b.size()) {
            throw new IllegalArgumentException("histograms of " + a.size() + " and " + b.size()
                    + " buckets do not add up: their keys must differ");
        }
        return IntStream.range(0, a.size())
                .mapToObj(bucket -> sum(a.get(bucket), b.get(bucket)))
                .toList();
    }

    private static long handshakes(long a, long b) {
        if (a < 0) {
            return b;
        }
        return b < 0 ? a : sum(a, b);
    }

    private static <T> Optional<T> merge(Optional<T> a, Optional<T> b, BinaryOperator<T> both) {
        if (a.isEmpty() || b.isEmpty()) {
            return a.or(() -> b);
        }
        return Optional.of(both.apply(a.get(), b.get()));
    }
}
