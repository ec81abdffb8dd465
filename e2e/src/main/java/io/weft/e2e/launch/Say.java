package io.weft.e2e.launch;

import java.io.PrintStream;
import java.time.Duration;
import java.util.Locale;

/** Lines for the person who waits, each with the time since the command began. */
public final class Say {
    private final PrintStream out;
    private final long start;

    /** {@code already}: time that passed before this process began, such as a build. */
    public Say(PrintStream out, Duration already) {
        this.out = out;
        this.start = System.nanoTime() - already.toNanos();
    }

    public void line(String text) {
        out.printf(Locale.ROOT, "[%4ds] %s%n", elapsed().toSeconds(), text);
        out.flush();
    }

    /** Without the time, as part of the line before. */
    public void detail(String text) {
        text.lines().forEach(line -> out.println("        " + line));
        out.flush();
    }

    /** A new chapter of the story. */
    public void heading(String text) {
        out.println();
        line("== " + text);
    }

    public Duration elapsed() {
        return Duration.ofNanos(System.nanoTime() - start);
    }
}
