package io.weft.kit.audit;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.Map;
import java.util.OptionalInt;

/**
 * How many audit entries each caller may cause by what costs it nothing, such as being refused: {@value #BURST} at once and
 * another one each minute. What has no entry is counted, and the caller's next entry says so. Held in memory, for at most
 * {@value #MOST_CALLERS} callers at a time.
 */
public final class Allowances {
    public static final int BURST = 10;

    static final int MOST_CALLERS = 10_000;
    private static final Duration REFILL = Duration.ofMinutes(1);

    private final InstantSource clock;
    private final Map<String, Allowance> allowances = new HashMap<>();

    public Allowances(InstantSource clock) {
        this.clock = clock;
    }

    /** @param left entries that may be written, {@code since} when it was counted, {@code unwritten} what had no entry */
    private record Allowance(int left, Instant since, int unwritten) {
        static Allowance full(Instant now) {
            return new Allowance(BURST, now, 0);
        }

        Allowance at(Instant now) {
            long more = Math.max(0, Duration.between(since, now).dividedBy(REFILL));
            return more == 0
                    ? this
                    : new Allowance(
                            (int) Math.min(BURST, left + more), since.plus(REFILL.multipliedBy(more)), unwritten);
        }

        boolean isFull() {
            return left == BURST && unwritten == 0;
        }
    }

    /** Empty: no entry for this one. Else how many before it had none. */
    public synchronized OptionalInt take(String caller) {
        Instant now = clock.instant();
        if (allowances.size() >= MOST_CALLERS && !allowances.containsKey(caller)) {
            allowances.values().removeIf(each -> each.at(now).isFull());
            if (allowances.size() >= MOST_CALLERS) {
                return OptionalInt.empty();
            }
        }
        Allowance allowance =
                allowances.getOrDefault(caller, Allowance.full(now)).at(now);
        boolean allowed = allowance.left() > 0;
        allowances.put(
                caller,
                allowed
                        ? new Allowance(allowance.left() - 1, allowance.since(), 0)
                        : new Allowance(0, allowance.since(), allowance.unwritten() + 1));
        return allowed ? OptionalInt.of(allowance.unwritten()) : OptionalInt.empty();
    }
}
