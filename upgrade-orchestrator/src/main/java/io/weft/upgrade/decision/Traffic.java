package io.weft.upgrade.decision;

/**
 * Requests of some windows added up.
 *
 * @param clientErrors answers 4xx
 * @param serverErrors answers 5xx; a proxy that cannot reach its upstream answers so as well
 */
public record Traffic(long requests, long clientErrors, long serverErrors, Histogram latency) {
    public static final Traffic NONE = new Traffic(0, 0, 0, Histogram.EMPTY);

    public Traffic plus(Traffic other) {
        return new Traffic(
                requests + other.requests,
                clientErrors + other.clientErrors,
                serverErrors + other.serverErrors,
                latency.plus(other.latency));
    }

    /** From 0 to 1; without requests there is no rate, ask {@link #requests()} first. */
    double successRate() {
        return 1 - share(serverErrors);
    }

    double share(long count) {
        return requests == 0 ? 0 : (double) count / requests;
    }

    /**
     * The same requests from both ends.
     *
     * @param destination what the namespace's own proxies answered
     * @param source what the callers' proxies saw: a proxy that cannot be reached answers nothing
     */
    public record BothEnds(Traffic destination, Traffic source) {
        public static final BothEnds NONE = new BothEnds(Traffic.NONE, Traffic.NONE);

        public BothEnds plus(BothEnds other) {
            return new BothEnds(destination.plus(other.destination), source.plus(other.source));
        }

        Traffic of(Reporter reporter) {
            return reporter == Reporter.DESTINATION ? destination : source;
        }
    }

    /** Whose proxy counted. */
    public enum Reporter {
        DESTINATION,
        SOURCE;

        /** For messages. */
        String whose() {
            return this == DESTINATION ? "answered by the moved proxies" : "seen by their callers";
        }
    }
}
