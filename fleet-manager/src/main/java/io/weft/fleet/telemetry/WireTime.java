package io.weft.fleet.telemetry;

import com.google.protobuf.Timestamp;
import java.time.Instant;
import java.util.Optional;

/** Times as they come over the wire; what no database can hold is no time. */
public final class WireTime {
    private static final long EARLIEST = Instant.parse("2000-01-01T00:00:00Z").getEpochSecond();
    private static final long LATEST = Instant.parse("2200-01-01T00:00:00Z").getEpochSecond();
    private static final int NANOS = 1_000_000_000;

    private WireTime() {}

    /** The instant; empty for an absent, malformed or absurd one. */
    public static Optional<Instant> read(Timestamp time) {
        boolean sane = time.getSeconds() >= EARLIEST
                && time.getSeconds() < LATEST
                && time.getNanos() >= 0
                && time.getNanos() < NANOS;
        return sane ? Optional.of(Instant.ofEpochSecond(time.getSeconds(), time.getNanos())) : Optional.empty();
    }

    public static Timestamp write(Instant time) {
        return Timestamp.newBuilder()
                .setSeconds(time.getEpochSecond())
                .setNanos(time.getNano())
                .build();
    }
}
