package io.weft.kit.migrate;

import io.weft.kit.tenancy.OwnerTransactions;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.List;

/** Keeps the audit log's months: makes those of the next two weeks, removes those that have been kept long enough. */
final class Maintenance {
    static final int USUAL_MONTHS = 24;

    private static final Duration AHEAD = Duration.ofDays(14);

    private final OwnerTransactions owner;
    private final int months;

    /** @param months whole months that are kept, the running one not counted; 0 removes nothing */
    Maintenance(OwnerTransactions owner, int months) {
        if (months < 0) {
            throw new IllegalArgumentException(
                    "WEFT_AUDIT_RETENTION_MONTHS is " + months + ": give the whole months to keep, or 0 to keep all");
        }
        this.owner = owner;
        this.months = months;
    }

    /** How many months were made and removed. */
    record Done(int made, int removed) {}

    Done run(Instant now) {
        LocalDate month = monthOf(now);
        int made = owner.in(tx -> List.of(month, monthOf(now.plus(AHEAD))).stream()
                .distinct()
                .mapToInt(each -> tx.first(Boolean.class, "SELECT audit_entry_add_month(?::date)", each.toString())
                                .orElse(false)
                        ? 1
                        : 0)
                .sum());
        int removed = months == 0
                ? 0
                : owner.in(tx -> tx.first(
                                Integer.class,
                                "SELECT audit_entry_drop_before(?::date)",
                                month.minusMonths(months).toString())
                        .orElse(0));
        return new Done(made, removed);
    }

    private static LocalDate monthOf(Instant time) {
        return time.atZone(ZoneOffset.UTC).toLocalDate().withDayOfMonth(1);
    }
}
