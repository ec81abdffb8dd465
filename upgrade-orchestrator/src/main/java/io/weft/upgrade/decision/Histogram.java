package io.weft.upgrade.decision;

import java.util.ArrayList;
import java.util.List;

/**
 * Request durations by bucket. Immutable.
 *
 * @param bounds ascending upper bounds in milliseconds, without infinity
 * @param counts requests per bucket, one more than there are bounds: the last is above every bound
 */
public record Histogram(List<Double> bounds, List<Long> counts) {
    public static final Histogram EMPTY = new Histogram(List.of(), List.of(0L));

    public Histogram {
        bounds = List.copyOf(bounds);
        counts = List.copyOf(counts);
        if (counts.size() != bounds.size() + 1) {
            throw new IllegalArgumentException("a histogram of " + bounds.size() + " bounds has " + (bounds.size() + 1)
                    + " counts, got " + counts.size());
        }
        for (int i = 1; i < bounds.size(); i++) {
            if (!(bounds.get(i - 1) < bounds.get(i))) {
                throw new IllegalArgumentException("bounds must ascend, got " + bounds);
            }
        }
    }

    public long total() {
        return counts.stream().mapToLong(Long::longValue).sum();
    }

    /** Both together, over the bounds they share: finer buckets of one side are merged. */
    public Histogram plus(Histogram other) {
        if (total() == 0) {
            return other;
        }
        if (other.total() == 0) {
            return this;
        }
        return bounds.equals(other.bounds) ? plusAlike(other) : plusOverCommonBounds(other);
    }

    private Histogram plusAlike(Histogram other) {
        List<Long> sum = new ArrayList<>(counts.size());
        for (int i = 0; i < counts.size(); i++) {
            sum.add(counts.get(i) + other.counts.get(i));
        }
        return new Histogram(bounds, sum);
    }

    private Histogram plusOverCommonBounds(Histogram other) {
        List<Double> shared = commonBounds(other);
        List<Long> sum = new ArrayList<>();
        long below = 0;
        for (double bound : shared) {
            long upTo = countUpTo(bound) + other.countUpTo(bound);
            sum.add(upTo - below);
            below = upTo;
        }
        sum.add(total() + other.total() - below);
        return new Histogram(shared, sum);
    }

    List<Double> commonBounds(Histogram other) {
        return bounds.stream().filter(other.bounds::contains).toList();
    }

    /** Requests of at most {@code bound} milliseconds; the bound must be one of this histogram's. */
    private long countUpTo(double bound) {
        long count = 0;
        for (int i = 0; i <= bounds.indexOf(bound); i++) {
            count += counts.get(i);
        }
        return count;
    }

    /** Requests that took longer than {@code bound} milliseconds, one of this histogram's bounds. */
    long countAbove(double bound) {
        return total() - countUpTo(bound);
    }

    /** Upper bound of the bucket that holds the 99th percentile; infinite when that is the last bucket. */
    double p99() {
        double rank = 0.99 * total();
        long below = 0;
        for (int i = 0; i < bounds.size(); i++) {
            below += counts.get(i);
            if (below >= rank) {
                return bounds.get(i);
            }
        }
        return Double.POSITIVE_INFINITY;
    }
}
