package io.weft.e2e.launch;

import io.weft.e2e.demo.Demo;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** Behind {@code ./weft}: up, status, logs, down, demo. Exit code 1 after a {@link Failure}. */
public final class Main {
    private static final int LOG_LINES = 40;

    private final Options options;
    private final Say say;
    private final Stack stack;

    private Main(Options options) {
        this.options = options;
        this.say = new Say(System.out, options.built());
        this.stack = new Stack(options.layout(), Settings.of(System.getenv()), say);
    }

    public static void main(String[] arguments) {
        try {
            new Main(Options.parse(List.of(arguments))).run();
        } catch (Failure failure) {
            end(failure);
        } catch (UncheckedIOException e) {
            end(new Failure(
                            "weft",
                            e.getMessage() + ": " + e.getCause(),
                            "free disk space, or make the folder writable, then run the command again: it cleans up")
                    .causedBy(e));
        }
    }

    private static void end(Failure failure) {
        System.out.flush();
        System.err.println();
        System.err.println(failure.report());
        System.exit(1);
    }

    private void run() {
        switch (options.command()) {
            case "check" -> {} // the command line is understood
            case "up" -> up();
            case "status" -> stack.status().forEach(System.out::println);
            case "logs" -> logs();
            case "down" -> stack.down(options.data());
            case "demo" -> new Demo(stack, say, options).run();
            default ->
                throw new Failure("weft", "unknown command " + options.command(), "./weft help lists the commands");
        }
    }

    private void up() {
        Stack.Up up = stack.up();
        say.line("Weft is up: REST API at " + up.apiUrl() + "/api/v1");
        Path shown = options.layout().run().resolve("key-shown");
        if (!Files.exists(shown)) {
            say.line("API key of the organisation acme, shown this once: " + up.key("acme"));
            try {
                Files.createFile(shown);
            } catch (IOException e) {
                throw new UncheckedIOException("file " + shown, e);
            }
        } else {
            say.line("its first API keys were shown when it was new; they lie in " + up.keys());
        }
        say.line("export KUBECONFIG=" + up.cluster().kubeconfig());
    }

    private void logs() {
        Path folder = options.layout().logs();
        Optional<String> wanted = Optional.ofNullable(options.word());
        List<Path> files = logFiles(folder);
        List<Path> chosen = files.stream()
                .filter(file -> wanted.isEmpty() || name(file).equals(wanted.get()))
                .toList();
        if (chosen.isEmpty()) {
            throw new Failure(
                    "logs",
                    wanted.map(part -> "no log of " + part).orElse("no logs") + " in " + folder,
                    files.isEmpty()
                            ? "start something with ./weft up"
                            : "there are: "
                                    + String.join(
                                            ", ", files.stream().map(Main::name).toList()));
        }
        for (Path file : chosen) {
            System.out.println("== " + file);
            Failure.lastLines(file, LOG_LINES).forEach(System.out::println);
        }
    }

    private static List<Path> logFiles(Path folder) {
        if (!Files.isDirectory(folder)) {
            return List.of();
        }
        try (Stream<Path> files = Files.list(folder)) {
            return files.filter(file -> file.toString().endsWith(".log"))
                    .sorted()
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException("logs in " + folder, e);
        }
    }

    private static String name(Path log) {
        return log.getFileName().toString().replace(".log", "");
    }
}
