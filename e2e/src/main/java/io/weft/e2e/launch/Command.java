package io.weft.e2e.launch;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** Runs a program to its end and keeps what it said. */
public final class Command {
    private static final int MAX_OUTPUT_BYTES = 16 * 1024 * 1024;

    private Command() {}

    /**
     * What came back. {@code output} is standard output alone.
     *
     * @param exitCode -1 when the limit passed
     */
    public record Result(int exitCode, String output, String errors) {
        public boolean ok() {
            return exitCode == 0;
        }

        /** Both streams, for messages. */
        public String said() {
            return (output + "\n" + errors).strip();
        }
    }

    /** {@code input} goes to standard input; it is the place for secrets. */
    public static Result run(
            List<String> command, Path folder, Map<String, String> environment, String input, Duration limit) {
        ProcessBuilder builder = new ProcessBuilder(command).directory(folder.toFile());
        builder.environment().putAll(environment);
        try {
            Process process = builder.start();
            CompletableFuture<String> output =
                    CompletableFuture.supplyAsync(() -> text(process.getInputStream()), Thread::startVirtualThread);
            CompletableFuture<String> errors =
                    CompletableFuture.supplyAsync(() -> text(process.getErrorStream()), Thread::startVirtualThread);
            feed(process, input);
            boolean ended = process.waitFor(limit.toMillis(), TimeUnit.MILLISECONDS);
            if (!ended) {
                process.descendants().forEach(ProcessHandle::destroyForcibly);
                process.destroyForcibly().waitFor();
            }
            String said = errors.join();
            return ended
                    ? new Result(process.exitValue(), output.join(), said)
                    : new Result(-1, output.join(), said + "\nno end after " + limit.toSeconds() + " s");
        } catch (IOException e) {
            throw new UncheckedIOException(command.getFirst() + " could not be started", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while " + command.getFirst() + " ran", e);
        }
    }

    private static void feed(Process process, String input) {
        try (OutputStream to = process.getOutputStream()) {
            to.write(input.getBytes(StandardCharsets.UTF_8));
        } catch (IOException endedBeforeReading) {
            // its exit code says why
        }
    }

    private static String text(InputStream from) {
        try (from) {
            byte[] bytes = from.readNBytes(MAX_OUTPUT_BYTES);
            from.skip(Long.MAX_VALUE);
            return new String(bytes, StandardCharsets.UTF_8);
        } catch (IOException e) {
            return "";
        }
    }
}
