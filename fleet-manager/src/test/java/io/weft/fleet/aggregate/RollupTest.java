package io.weft.fleet.aggregate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.weft.testkit.Seeds;
import java.util.List;
import java.util.Optional;
import java.util.function.BinaryOperator;
import java.util.function.Function;
import java.util.random.RandomGenerator;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class RollupTest {
    private static final int BUCKETS = 5;

    @Test
    void trafficAddsUpInAnyOrderAndGrouping() {
        law(RollupTest::anyTraffic, Rollup::merge);
    }

    @Test
    void resourcesComeTogetherInAnyOrderAndGrouping() {
        law(RollupTest::anyResource, Rollup::merge);
    }

    @Test
    void gaugesComeTogetherInAnyOrderAndGrouping() {
        law(RollupTest::anyGauge, (a, b) -> Rollup.merge(false, a, b));
        law(RollupTest::anyGauge, (a, b) -> Rollup.merge(true, a, b));
    }

    private static <T> void law(Function<RandomGenerator, T> any, BinaryOperator<T> merge) {
        Seeds.first(2_000).forEach(random -> {
            T a = any.apply(random);
            T b = any.apply(random);
            T c = any.apply(random);
            assertThat(merge.apply(a, b)).isEqualTo(merge.apply(b, a));
            assertThat(merge.apply(merge.apply(a, b), c)).isEqualTo(merge.apply(a, merge.apply(b, c)));
        });
    }

    @Test
    void countsAndSumsAreThoseOfTheParts() {
        Traffic a = new Traffic(1, 2, 3, 4, 5, List.of(1L, 2L), 10, Traffic.NOT_REPORTED);
        Traffic b = new Traffic(10, 20, 30, 40, 50, List.of(10L, 20L), 5, 7);

        assertThat(Rollup.merge(a, b)).isEqualTo(new Traffic(11, 22, 33, 44, 55, List.of(11L, 22L), 15, 7));
    }

    @Test
    void noSumGrowsBeyondWhatTheDatabaseHolds() {
        Traffic full = new Traffic(Rollup.MOST, 0, 0, 0, 0, List.of(Rollup.MOST), 0, Rollup.MOST);

        assertThat(Rollup.merge(full, full)).isEqualTo(full);
    }

    @Test
    void theLatestGaugeCountsAndCountersAddUp() {
        Gauge early = new Gauge(9, 1, 900);
        Gauge late = new Gauge(4, 2, 1);

        assertThat(Rollup.merge(false, early, late)).isEqualTo(late);
        assertThat(Rollup.merge(true, early, late).value()).isEqualTo(13);
    }

    @Test
    void histogramsWithOtherBucketsDoNotAddUp() {
        Traffic two = new Traffic(0, 0, 0, 0, 0, List.of(1L, 2L), 0, 0);
        Traffic three = new Traffic(0, 0, 0, 0, 0, List.of(1L, 2L, 3L), 0, 0);

        assertThatThrownBy(() -> Rollup.merge(two, three)).isInstanceOf(IllegalArgumentException.class);
    }

    private static Traffic anyTraffic(RandomGenerator random) {
        return new Traffic(
                random.nextInt(1000),
                random.nextInt(1000),
                random.nextInt(1000),
                random.nextInt(1000),
                random.nextInt(1000),
                LongStream.generate(() -> random.nextInt(1000))
                        .limit(BUCKETS)
                        .boxed()
                        .toList(),
                random.nextInt(1_000_000), // whole milliseconds: their sums are exact
                random.nextInt(4) - 1);
    }

    private static Resource anyResource(RandomGenerator random) {
        return new Resource(
                Optional.of(random.nextInt(100) * 0.25).filter(_ -> random.nextBoolean()),
                Optional.of(random.nextLong(1 << 30)).filter(_ -> random.nextBoolean()));
    }

    private static Gauge anyGauge(RandomGenerator random) {
        return new Gauge(random.nextInt(10), random.nextInt(3), random.nextInt(3));
    }
}
