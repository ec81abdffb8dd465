package io.weft.upgrade.decision;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.weft.testkit.Seeds;
import java.util.List;
import org.junit.jupiter.api.Test;

class GateMathTest {
    /** 3 failures after, none before: C(200,3) / C(1400,3), worked out by hand. */
    private static final double THREE_OF_THREE = 200.0 * 199 * 198 / (1400.0 * 1399 * 1398);

    @Test
    void theTestIsExactWhereFailuresAreFew() {
        assertThat(Significance.rose(0, 1200, 3, 200, THREE_OF_THREE * 1.001)).isTrue();
        assertThat(Significance.rose(0, 1200, 3, 200, THREE_OF_THREE * 0.999)).isFalse();
    }

    @Test
    void theSameShareOrLessIsNeverSignificant() {
        assertThat(Significance.rose(10, 1000, 10, 1000, 0.5)).isFalse();
        assertThat(Significance.rose(100, 1000, 10, 1000, 0.99)).isFalse();
        assertThat(Significance.rose(0, 1000, 0, 1000, 0.99)).isFalse();
    }

    @Test
    void aClearRiseIsSignificantAtAnyLookAndAnySize() {
        for (long size : List.of(200L, 10_000L, 5_000_000L)) {
            assertThat(Significance.rose(0, size, size / 5, size, Significance.alpha(10_000, 80)))
                    .isTrue();
        }
    }

    @Test
    void whatAllLooksMaySpendTogetherIsOnePercent() {
        double spent = 0;
        for (long look = 1; look <= 200_000; look++) {
            spent += 4 * Significance.alpha(look, 4);
        }
        assertThat(spent)
                .isCloseTo(Significance.ALPHA_OF_WAVE, within(1e-6))
                .isLessThanOrEqualTo(Significance.ALPHA_OF_WAVE);
    }

    @Test
    void equalVersionsAreCalledDifferentNoMoreOftenThanSaid() {
        int[] alarms = new int[1];
        int worlds = 4_000;
        Seeds.first(worlds).forEach(random -> {
            long before =
                    random.ints(1_200).filter(_ -> random.nextDouble() < 0.01).count();
            long after =
                    random.ints(300).filter(_ -> random.nextDouble() < 0.01).count();
            if (Significance.rose(before, 1_200, after, 300, 0.01)) {
                alarms[0]++;
            }
        });
        assertThat((double) alarms[0] / worlds).isLessThan(0.01);
    }

    @Test
    void histogramsAddUpOverTheBoundsTheyShare() {
        Histogram coarse = new Histogram(List.of(10.0, 100.0), List.of(5L, 3L, 2L));
        Histogram fine = new Histogram(List.of(5.0, 10.0, 50.0, 100.0), List.of(1L, 1L, 1L, 1L, 1L));

        assertThat(coarse.plus(fine)).isEqualTo(new Histogram(List.of(10.0, 100.0), List.of(7L, 5L, 3L)));
        assertThat(fine.plus(coarse)).isEqualTo(coarse.plus(fine));
    }

    @Test
    void theBoundIsTheFirstCommonOneOfAtLeastTwiceTheBaselinesP99() {
        Histogram before = new Histogram(List.of(5.0, 10.0, 25.0, 50.0), List.of(500L, 495L, 5L, 0L, 0L));
        Histogram since = new Histogram(List.of(5.0, 10.0, 50.0), List.of(1L, 1L, 1L, 1L));

        assertThat(before.p99()).isEqualTo(10.0);
        assertThat(LatencyJudge.bound(before, before)).contains(25.0);
        assertThat(LatencyJudge.bound(before, since)).contains(50.0);
    }

    @Test
    void withoutABoundSoHighTheHighestCommonOneServes() {
        Histogram slow = new Histogram(List.of(5.0, 10.0), List.of(0L, 10L, 990L));

        assertThat(slow.p99()).isInfinite();
        assertThat(LatencyJudge.bound(slow, slow)).contains(10.0);
    }

    @Test
    void aHistogramWithoutACountPerBucketCannotExist() {
        assertThatThrownBy(() -> new Histogram(List.of(1.0, 2.0), List.of(1L, 2L)))
                .hasMessageContaining("2 bounds has 3 counts, got 2");
        assertThatThrownBy(() -> new Histogram(List.of(2.0, 1.0), List.of(1L, 2L, 3L)))
                .hasMessageContaining("must ascend");
    }
}
