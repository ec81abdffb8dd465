package io.weft.api.telemetry;

import java.util.ArrayList;
import java.util.List;
import java.util.OptionalDouble;
import java.util.SortedSet;
import java.util.TreeSet;

/**
 * Merged latency buckets in milliseconds. Percentiles are computed here, at read, from the merged buckets: those of
 * single windows or clusters cannot be averaged. Histograms of unlike bounds merge through their cumulative counts,
 * linear within a bucket.
 */
final class LatencyHistogram {
    private final List<Buckets> parts = new ArrayList<>();

    /** Ascending upper bounds without +Inf; {@code counts} has one element more, each bucket's own count. */
    private record Buckets(double[] bounds, long[] counts) {
        /** Observations that were at most {@code value}; those above the last bound are at infinity. */
        double upTo(double value) {
            double sum = 0;
            double lower = 0;
            for (int i = 0; i < bounds.length; i++) {
                if (value >= bounds[i]) {
                    sum += counts[i];
                } else {
                    double width = bounds[i] - lower;
                    return sum + (width > 0 ? counts[i] * Math.max(0, value - lower) / width : 0);
                }
                lower = bounds[i];
            }
            return sum;
        }

        long total() {
            long sum = 0;
            for (long count : counts) {
                sum += count;
            }
            return sum;
        }
    }

    /**
     * Adds one histogram.
     *
     * @throws IllegalArgumentException when there is not exactly one count more than bounds
     */
    void add(double[] bounds, long[] counts) {
        if (counts.length != bounds.length + 1) {
            throw new IllegalArgumentException(bounds.length + " bounds need one count more, got " + counts.length);
        }
        parts.add(new Buckets(bounds.clone(), counts.clone()));
    }

    /**
     * The value that the share {@code quantile} of all observations does not exceed, interpolated; the highest bound
     * when it lies above all of them; empty without observations.
     */
    OptionalDouble percentile(double quantile) {
        long total = parts.stream().mapToLong(Buckets::total).sum();
        SortedSet<Double> bounds = new TreeSet<>();
        parts.forEach(part -> {
            for (double bound : part.bounds()) {
                bounds.add(bound);
            }
        });
        if (total == 0 || bounds.isEmpty()) {
            return OptionalDouble.empty();
        }
        double wanted = quantile * total;
        double lower = 0;
        double below = 0;
        for (double bound : bounds) {
            double upTo = cumulative(bound);
            if (upTo >= wanted) {
                double inside = upTo - below;
                return OptionalDouble.of(inside > 0 ? lower + (bound - lower) * (wanted - below) / inside : bound);
            }
            lower = bound;
            below = upTo;
        }
        return OptionalDouble.of(bounds.last());
    }

    private double cumulative(double value) {
        return parts.stream().mapToDouble(part -> part.upTo(value)).sum();
    }
}
