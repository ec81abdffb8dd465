package io.weft.kit.audit;

import static org.assertj.core.api.Assertions.assertThat;

import io.weft.testkit.MutableClock;
import java.time.Duration;
import java.time.Instant;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;

class AllowancesTest {
    private final MutableClock clock = new MutableClock(Instant.parse("2026-01-15T12:00:00Z"));
    private final Allowances allowances = new Allowances(clock);

    @Test
    void aCallerHasItsBurstAndThenOneEachMinuteThatTellsWhatWasLeftOut() {
        for (int i = 0; i < Allowances.BURST; i++) {
            assertThat(allowances.take("a")).hasValue(0);
        }
        assertThat(allowances.take("a")).isEmpty();
        assertThat(allowances.take("a")).isEmpty();
        assertThat(allowances.take("b")).as("another caller").hasValue(0);

        clock.advance(Duration.ofSeconds(59));
        assertThat(allowances.take("a")).isEmpty();
        clock.advance(Duration.ofSeconds(1));
        assertThat(allowances.take("a")).hasValue(3);
        assertThat(allowances.take("a")).isEmpty();
        clock.advance(Duration.ofHours(1));
        assertThat(allowances.take("a")).hasValue(1);
        for (int i = 1; i < Allowances.BURST; i++) {
            assertThat(allowances.take("a")).hasValue(0);
        }
        assertThat(allowances.take("a"))
                .as("an hour gives no more than a burst")
                .isEmpty();
    }

    @Test
    void moreCallersThanItHoldsFindPlaceOnceOthersHaveWaited() {
        for (int i = 0; i < Allowances.MOST_CALLERS; i++) {
            assertThat(allowances.take("caller-" + i)).isPresent();
        }
        assertThat(allowances.take("late")).isEqualTo(OptionalInt.empty());

        clock.advance(Duration.ofMinutes(1));

        assertThat(allowances.take("late")).isPresent();
    }
}
