package io.weft.local;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Predicate;

/** Starts and ends child processes. */
final class Children {
    /**
     * The kernel's "parent" of a child is the thread that started it: all are started from one thread, which lives as
     * long as this process.
     */
    private static final ExecutorService STARTER = Executors.newSingleThreadExecutor(
            Thread.ofPlatform().name("local-services-parent").daemon().factory());

    /** {@code WEFT_RUN_STATE} marks what belongs to a state folder, for whoever cleans up after a killed start. */
    private static final List<String> INHERITED = List.of("PATH", "LANG", "JAVA_HOME", "TMPDIR", "WEFT_RUN_STATE");

    private Children() {}

    static Process start(List<String> command, Map<String, String> environment, Path log) throws IOException {
        ProcessBuilder builder = new ProcessBuilder(command)
                .directory(log.toAbsolutePath().resolveSibling(".").toFile())
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()));
        builder.environment().keySet().retainAll(INHERITED);
        builder.environment().putAll(environment);
        try {
            return STARTER.submit(builder::start).get();
        } catch (ExecutionException e) {
            throw new IOException("Cannot start " + command.getFirst() + ": " + e.getCause(), e);
        } catch (InterruptedException e) {
            throw interrupted(e);
        }
    }

    /** Runs a command to its end. */
    static void run(List<String> command, Map<String, String> environment, Path log, Duration atMost)
            throws IOException {
        Process process = start(command, environment, log);
        try {
            if (!process.waitFor(atMost.toMillis(), TimeUnit.MILLISECONDS)) {
                process.destroyForcibly();
                throw new IOException("Not done after " + atMost + ": see " + log);
            }
        } catch (InterruptedException e) {
            process.destroyForcibly();
            throw interrupted(e);
        }
        if (process.exitValue() != 0) {
            throw new IOException("Exit code " + process.exitValue() + ": see " + log);
        }
    }

    /** Sends a signal, then waits; after {@code patience} the process is killed. */
    static void end(ProcessHandle process, String signal, Duration patience) throws IOException {
        if (!process.isAlive()) {
            return;
        }
        Process kill = new ProcessBuilder("kill", "-" + signal, Long.toString(process.pid())).start();
        try {
            kill.waitFor();
            process.onExit().get(patience.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            throw interrupted(e);
        } catch (ExecutionException | TimeoutException _) {
            process.destroyForcibly();
        }
    }

    /** Ends what an earlier run left behind, if the pid in the file is still that program. */
    static void endLeftover(Path pidFile, Predicate<String> isOurs, String signal, Duration patience)
            throws IOException {
        if (!Files.exists(pidFile)) {
            return;
        }
        String first =
                Files.readAllLines(pidFile).stream().findFirst().orElse("").strip();
        if (!first.matches("[0-9]{1,9}")) {
            return;
        }
        var leftover = ProcessHandle.of(Long.parseLong(first));
        if (leftover.isPresent() && isOurs.test(commandLine(leftover.get()))) {
            end(leftover.get(), signal, patience);
        }
    }

    private static String commandLine(ProcessHandle process) {
        try {
            return Files.readString(Path.of("/proc", Long.toString(process.pid()), "cmdline"))
                    .replace('\0', ' ');
        } catch (IOException _) {
            return ""; // it ended meanwhile
        }
    }

    static IOException interrupted(InterruptedException cause) {
        Thread.currentThread().interrupt();
        return new IOException("Interrupted", cause);
    }
}
