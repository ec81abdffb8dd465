package io.weft.e2e.launch;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The command line that {@code ./weft} hands over.
 *
 * @param word what follows the command without a flag, such as the part of {@code logs}
 */
public record Options(
        String command,
        Layout layout,
        Duration built,
        boolean exit,
        boolean data,
        @Nullable Path report,
        @Nullable String word) {

    /** Throws {@link Failure} naming the option that is unknown or lacks its value. */
    public static Options parse(List<String> arguments) {
        Deque<String> rest = new ArrayDeque<>(arguments);
        String command = rest.isEmpty() ? "status" : rest.removeFirst();
        Path root = Path.of("").toAbsolutePath();
        @Nullable Path build = null;
        @Nullable Path state = null;
        Duration built = Duration.ZERO;
        boolean exit = false;
        boolean data = false;
        @Nullable Path report = null;
        @Nullable String word = null;
        while (!rest.isEmpty()) {
            String option = rest.removeFirst();
            switch (option) {
                case "--root" -> root = Path.of(value(option, rest)).toAbsolutePath();
                case "--build" -> build = Path.of(value(option, rest)).toAbsolutePath();
                case "--state" -> state = Path.of(value(option, rest)).toAbsolutePath();
                case "--build-seconds" -> built = Duration.ofSeconds(Long.parseLong(value(option, rest)));
                case "--report" -> report = Path.of(value(option, rest)).toAbsolutePath();
                case "--exit" -> exit = true;
                case "--data" -> data = true;
                default -> {
                    if (option.startsWith("-") || word != null) {
                        throw unknown(command, option);
                    }
                    word = option;
                }
            }
        }
        Path built2 = build == null ? root.resolve(".weft") : build;
        Layout layout = new Layout(root, built2, state == null ? built2 : state);
        return new Options(command, layout, built, exit, data, report, word).checked();
    }

    private Options checked() {
        refuse(exit && !command.equals("demo"), "--exit");
        refuse(report != null && !command.equals("demo"), "--report");
        refuse(data && !command.equals("down"), "--data");
        refuse(word != null && !command.equals("logs"), String.valueOf(word));
        return this;
    }

    private void refuse(boolean wrong, String option) {
        if (wrong) {
            throw unknown(command, option);
        }
    }

    private static String value(String option, Deque<String> rest) {
        if (rest.isEmpty()) {
            throw new Failure("weft", option + " needs a value", "./weft help lists the options");
        }
        return rest.removeFirst();
    }

    private static Failure unknown(String command, String option) {
        return new Failure("weft", "unknown option " + option + " of " + command, "./weft help lists the options");
    }
}
