package io.weft.e2e.launch;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A part could not do its work: which one, what was seen, the last lines of its log, what to do. */
public final class Failure extends RuntimeException {
    private static final long serialVersionUID = 1;
    private static final int LAST_LINES = 25;
    private static final int MAX_LINE = 400;
    private static final int MAX_TAIL_BYTES = 64 * 1024;

    private final String part;
    private final String advice;
    private final transient @Nullable Path log;

    public Failure(String part, String message, String advice) {
        this(part, message, advice, null);
    }

    public Failure(String part, String message, String advice, @Nullable Path log) {
        super(message);
        this.part = part;
        this.advice = advice;
        this.log = log;
    }

    Failure causedBy(Throwable cause) {
        initCause(cause);
        return this;
    }

    /** Several lines, ending in what to do. */
    public String report() {
        StringBuilder text = new StringBuilder();
        text.append(part).append(" failed: ").append(getMessage()).append('\n');
        List<String> lines = log == null ? List.of() : lastLines(log, LAST_LINES);
        if (!lines.isEmpty()) {
            text.append("last lines of ").append(log).append(":\n");
            lines.forEach(line -> text.append("    ").append(line).append('\n'));
        }
        return text.append("what to do: ").append(advice).toString();
    }

    /** The last lines of a file that may be missing or large; long lines are cut. */
    static List<String> lastLines(Path file, int count) {
        try (var channel = Files.newByteChannel(file)) {
            long from = Math.max(0, channel.size() - MAX_TAIL_BYTES);
            channel.position(from);
            var buffer = java.nio.ByteBuffer.allocate(MAX_TAIL_BYTES);
            while (buffer.hasRemaining() && channel.read(buffer) >= 0) {
                // until the end
            }
            String text = new String(buffer.array(), 0, buffer.position(), StandardCharsets.UTF_8);
            List<String> lines = text.lines()
                    .map(line -> line.length() > MAX_LINE ? line.substring(0, MAX_LINE) + "..." : line)
                    .toList();
            return lines.subList(Math.max(0, lines.size() - count), lines.size());
        } catch (IOException missing) {
            return List.of();
        }
    }
}
