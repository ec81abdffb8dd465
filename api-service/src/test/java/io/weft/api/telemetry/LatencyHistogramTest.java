package io.weft.api.telemetry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

class LatencyHistogramTest {
    private static double[] bounds(double... bounds) {
        return bounds;
    }

    private static long[] counts(long... counts) {
        return counts;
    }

    @Test
    void withoutObservationsThereIsNoPercentile() {
        LatencyHistogram histogram = new LatencyHistogram();
        histogram.add(bounds(1, 2), counts(0, 0, 0));

        assertThat(histogram.percentile(0.5)).isEmpty();
        assertThat(new LatencyHistogram().percentile(0.5)).isEmpty();
    }

    @Test
    void aPercentileIsInterpolatedWithinItsBucket() {
        LatencyHistogram histogram = new LatencyHistogram();
        histogram.add(bounds(10, 20), counts(50, 50, 0));

        assertThat(histogram.percentile(0.5)).hasValue(10);
        assertThat(histogram.percentile(0.75)).hasValue(15);
        assertThat(histogram.percentile(0.25)).hasValue(5);
    }

    @Test
    void whatLiesAboveTheLastBoundIsGivenAsThatBound() {
        LatencyHistogram histogram = new LatencyHistogram();
        histogram.add(bounds(10), counts(1, 99));

        assertThat(histogram.percentile(0.99)).hasValue(10);
    }

    @Test
    void twoUnequalLoadsAreMergedNotAveraged() {
        LatencyHistogram histogram = new LatencyHistogram();
        histogram.add(bounds(10, 1000), counts(990, 0, 0));
        histogram.add(bounds(10, 1000), counts(0, 10, 0));

        assertThat(histogram.percentile(0.5).orElseThrow()).isLessThan(10);
    }

    @Test
    void unlikeBoundsMergeThroughTheirCumulativeCounts() {
        LatencyHistogram histogram = new LatencyHistogram();
        histogram.add(bounds(10, 20), counts(10, 10, 0));
        histogram.add(bounds(20), counts(20, 0));

        assertThat(histogram.percentile(0.5).orElseThrow()).isCloseTo(10, within(0.001));
        assertThat(histogram.percentile(1).orElseThrow()).isEqualTo(20);
    }

    @Test
    void countsThatDoNotFitTheBoundsAreRefused() {
        assertThatThrownBy(() -> new LatencyHistogram().add(bounds(1), counts(1)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("1 bounds");
    }
}
