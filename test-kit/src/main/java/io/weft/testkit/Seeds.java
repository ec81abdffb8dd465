package io.weft.testkit;

import java.util.function.Consumer;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;
import java.util.stream.LongStream;

/** Random worlds that can be seen again: {@code -Dseed=N} runs only seed N. */
public final class Seeds {
    private static final String ALGORITHM = "L64X128MixRandom";

    private final LongStream seeds;

    private Seeds(LongStream seeds) {
        this.seeds = seeds;
    }

    /** Seeds 0 to {@code count - 1}. */
    public static Seeds first(int count) {
        Long only = Long.getLong("seed");
        return new Seeds(only == null ? LongStream.range(0, count) : LongStream.of(only));
    }

    /** Runs the check once per seed; a failure names its seed. */
    public void forEach(Consumer<RandomGenerator> check) {
        seeds.forEach(seed -> {
            try {
                check.accept(RandomGeneratorFactory.of(ALGORITHM).create(seed));
            } catch (AssertionError | RuntimeException e) {
                throw new AssertionError("Seed " + seed + " (again: -Dseed=" + seed + "): " + e.getMessage(), e);
            }
        });
    }
}
