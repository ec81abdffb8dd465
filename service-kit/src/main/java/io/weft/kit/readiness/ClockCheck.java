package io.weft.kit.readiness;

import io.quarkus.arc.Unremovable;
import io.weft.kit.tenancy.TenantTransactions;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;

/** Expiry, deadlines and certificates are judged by this clock, rows by the database's: both must tell the same time. */
@Singleton
@Unremovable
public final class ClockCheck implements ReadinessCheck {
    static final Duration FARTHEST = Duration.ofSeconds(30);

    private final TenantTransactions transactions;
    private final InstantSource clock;

    public ClockCheck(TenantTransactions transactions, InstantSource clock) {
        this.transactions = transactions;
        this.clock = clock;
    }

    @Override
    public List<String> dangers() {
        Instant before = clock.instant();
        Instant database = transactions.platform(
                tx -> tx.first(Instant.class, "SELECT clock_timestamp()").orElseThrow());
        return dangers(before, database, clock.instant());
    }

    /** What the question itself took counts for neither side. */
    static List<String> dangers(Instant before, Instant database, Instant after) {
        Duration off = database.isBefore(before)
                ? Duration.between(database, before)
                : database.isAfter(after) ? Duration.between(after, database) : Duration.ZERO;
        if (off.compareTo(FARTHEST) <= 0) {
            return List.of();
        }
        return List.of("the clock of this machine is " + off.toSeconds() + " s "
                + (database.isBefore(before) ? "ahead of" : "behind")
                + " that of the server of quarkus.datasource.jdbc.url"
                + ", at most " + FARTHEST.toSeconds() + " s are harmless: have both synchronised (NTP)");
    }
}
