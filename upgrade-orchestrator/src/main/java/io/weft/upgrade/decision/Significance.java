package io.weft.upgrade.decision;

/**
 * Whether a share rose by more than chance explains: Fisher's exact test, one-sided, right for few failures too, where
 * a normal approximation would call three failures in 200 requests significant.
 */
final class Significance {
    /** The chance that a whole wave of a good version fails a gate. */
    static final double ALPHA_OF_WAVE = 0.01;

    private static final double[] LOG_FACTORIALS = logFactorials(128);
    private static final double NEGLIGIBLE = 1e-17;

    private Significance() {}

    /**
     * The part of {@link #ALPHA_OF_WAVE} that may be spent on one of {@code comparisons} at the given look. Every
     * complete window is a look; without this, sixty looks at 99 % would roll half of the good upgrades back. The parts
     * of all looks add up to the whole, and shrink slowly, so that a clear failure is seen at every look.
     *
     * @param look from 1
     */
    static double alpha(long look, int comparisons) {
        double rank = Math.max(1, look);
        return ALPHA_OF_WAVE * 6 / (Math.PI * Math.PI * rank * rank * Math.max(1, comparisons));
    }

    /** Whether {@code hitsAfter} of {@code after} is more than {@code hitsBefore} of {@code before} allow for. */
    static boolean rose(long hitsBefore, long before, long hitsAfter, long after, double alpha) {
        if (hitsAfter == 0 || before == 0 || after == 0) {
            return false;
        }
        return tail(hitsBefore + hitsAfter, before, hitsAfter, after) < alpha;
    }

    /** Chance of at least {@code hitsAfter} of all {@code hits} falling on the {@code after} side, were both alike. */
    private static double tail(long hits, long before, long hitsAfter, long after) {
        double expected = (double) hits * after / (before + after);
        if (hitsAfter <= expected) {
            return 1;
        }
        double sum = 0;
        double term = Math.exp(
                logChoose(after, hitsAfter) + logChoose(before, hits - hitsAfter) - logChoose(before + after, hits));
        for (long k = hitsAfter; k <= Math.min(hits, after) && term > sum * NEGLIGIBLE; k++) {
            sum += term;
            // From k to k + 1 hits on the after side.
            term *= (double) (after - k) * (hits - k) / ((k + 1.0) * (before - hits + k + 1.0));
        }
        return Math.min(1, sum);
    }

    private static double logChoose(long n, long k) {
        return logFactorial(n) - logFactorial(k) - logFactorial(n - k);
    }

    /** Exact below 128, from there Stirling's series, good to fifteen digits. */
    private static double logFactorial(long n) {
        if (n < LOG_FACTORIALS.length) {
            return LOG_FACTORIALS[(int) n];
        }
        double x = n + 1.0;
        return (x - 0.5) * Math.log(x) - x + 0.5 * Math.log(2 * Math.PI) + 1 / (12 * x) - 1 / (360 * x * x * x);
    }

    private static double[] logFactorials(int size) {
        double[] logs = new double[size];
        for (int n = 1; n < size; n++) {
            logs[n] = logs[n - 1] + Math.log(n);
        }
        return logs;
    }
}
