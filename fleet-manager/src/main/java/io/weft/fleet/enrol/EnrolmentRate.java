package io.weft.fleet.enrol;

import jakarta.inject.Singleton;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.Map;

/** A bucket per remote address for callers without a certificate, in memory; the least recently seen are forgotten. */
@Singleton
public final class EnrolmentRate {
    static final int BURST = 200;
    static final int PER_SECOND = 20;

    private static final int MAX_ADDRESSES = 10_000;

    private final InstantSource clock;
    private final Map<String, Bucket> buckets = new LinkedHashMap<>(16, 0.75f, true) {
        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Bucket> eldest) {
            return size() > MAX_ADDRESSES;
        }
    };

    EnrolmentRate(InstantSource clock) {
        this.clock = clock;
    }

    /** Takes one call from the address's bucket, if there is one left. */
    public synchronized boolean admits(String address) {
        Instant now = clock.instant();
        Bucket filled = buckets.getOrDefault(address, new Bucket(BURST, now)).filledAt(now);
        boolean admitted = filled.calls() >= 1;
        buckets.put(address, admitted ? new Bucket(filled.calls() - 1, now) : filled);
        return admitted;
    }

    private record Bucket(double calls, Instant time) {
        Bucket filledAt(Instant now) {
            double seconds = Math.max(0, Duration.between(time, now).toMillis()) / 1000.0;
            return new Bucket(Math.min(BURST, calls + seconds * PER_SECOND), now);
        }
    }
}
