package io.weft.e2e.demo;

import io.weft.e2e.launch.Failure;
import io.weft.e2e.launch.Say;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.function.Supplier;

/** Waits for something to come true, and fails with what was seen instead. */
final class Await {
    private static final Duration LOOK_AGAIN = Duration.ofMillis(500);
    private static final Duration SAY_AGAIN = Duration.ofSeconds(20);

    private static final int SPOKEN = 300;
    private static final int REPORTED = 1500;

    private final Say say;
    private final Duration sayAgain;

    Await(Say say) {
        this(say, SAY_AGAIN);
    }

    private Await(Say say, Duration sayAgain) {
        this.say = say;
        this.sayAgain = sayAgain;
    }

    /** Says nothing while it waits, for a caller that tells the story itself. */
    Await silent() {
        return new Await(say, Duration.ofDays(1));
    }

    /**
     * One look.
     *
     * @param value what was waited for, once it is there
     * @param seen what is there instead, for the person who waits
     */
    record Look<T>(Optional<T> value, String seen) {
        static <T> Look<T> at(T value) {
            return new Look<>(Optional.of(value), "");
        }

        static <T> Look<T> notYet(String seen) {
            return new Look<>(Optional.empty(), seen);
        }

        static <T> Look<T> when(boolean done, T value, String seen) {
            return done ? at(value) : notYet(seen);
        }
    }

    /** Throws {@link Failure} naming the step, the time and the last look. */
    <T> T until(String step, Duration limit, String advice, Supplier<Look<T>> look) {
        long begin = System.nanoTime();
        long spoken = begin;
        String seen = "";
        do {
            Look<T> found = look.get();
            if (found.value().isPresent()) {
                return found.value().get();
            }
            seen = found.seen();
            if (System.nanoTime() - spoken > sayAgain.toNanos()) {
                spoken = System.nanoTime();
                say.line(step + ": still waiting: " + cut(seen, SPOKEN));
            }
            pause();
        } while (System.nanoTime() - begin < limit.toNanos());
        throw new Failure(
                "demo",
                step + " did not come true within " + limit.toSeconds() + " s; seen: " + cut(seen, REPORTED),
                advice);
    }

    static String cut(String text, int length) {
        return text.length() <= length ? text : text.substring(0, length) + "...";
    }

    static void pauseUntil(Instant moment) {
        while (Instant.now().isBefore(moment)) {
            pause();
        }
    }

    static void pause() {
        try {
            Thread.sleep(LOOK_AGAIN);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while waiting", e);
        }
    }
}
