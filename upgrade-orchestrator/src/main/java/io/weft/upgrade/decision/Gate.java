package io.weft.upgrade.decision;

/** A condition that must hold while a wave moves and soaks. */
public sealed interface Gate {
    String name();

    default boolean needsTelemetry() {
        return switch (this) {
            case SuccessRate _, LatencyShare _ -> true;
            case ProxySync _, Probes _ -> false;
        };
    }

    /**
     * Compares the share of answers that were no failure.
     *
     * @param maxDrop largest allowed fall of the success rate, as a share (0.002 = 0.2 points)
     * @param minRequests requests needed on each side of the comparison
     */
    record SuccessRate(String name, double maxDrop, long minRequests) implements Gate {
        public SuccessRate {
            checkShare(name, "maxDrop", maxDrop);
            checkRequests(name, minRequests);
        }
    }

    /**
     * Compares the share of requests slower than a bound, because buckets are too coarse for percentiles (D12).
     *
     * @param maxRise largest allowed rise of that share (0.02 = 2 points)
     * @param minRequests requests needed on each side of the comparison
     */
    record LatencyShare(String name, double maxRise, long minRequests) implements Gate {
        public LatencyShare {
            checkShare(name, "maxRise", maxRise);
            checkRequests(name, minRequests);
        }
    }

    /** Every proxy of a moved namespace has the new control plane's configuration, and none rejected it. */
    record ProxySync(String name) implements Gate {}

    /** What was proven in force before the wave is still in force after it. */
    record Probes(String name) implements Gate {}

    private static void checkShare(String gate, String field, double share) {
        if (!(share >= 0 && share <= 1)) {
            throw new IllegalArgumentException("gate " + gate + ": " + field + " must be from 0 to 1, got " + share);
        }
    }

    private static void checkRequests(String gate, long requests) {
        if (requests < 1) {
            throw new IllegalArgumentException("gate " + gate + ": minRequests must be at least 1, got " + requests);
        }
    }
}
