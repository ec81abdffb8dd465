package io.weft.agent.telemetry;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Reads the Prometheus text format line by line; only the wanted names cost anything. Whoever serves the page must not be
 * able to fill the agent's memory or to hold its reader (T19): bytes, the length of a line and the time are bounded.
 */
final class MetricLines {
    static final int MAX_BYTES = 16 * 1024 * 1024;
    static final int MAX_LINE = 16 * 1024;
    static final Duration MAX_TIME = Duration.ofSeconds(6);

    interface Sink {
        void sample(String name, Map<String, String> labels, double value);
    }

    private MetricLines() {}

    /**
     * Hands every sample of a wanted name to the sink. Lines that are no samples, or too long, are skipped. Throws
     * IOException when the page is too big or comes too slowly: half of one would look like a restart.
     */
    static void read(InputStream in, Set<String> wanted, Sink sink) throws IOException {
        Lines lines = new Lines(in, System.nanoTime() + MAX_TIME.toNanos());
        for (String line = lines.next(); line != null; line = lines.next()) {
            sample(line, wanted, sink);
        }
    }

    private static void sample(String line, Set<String> wanted, Sink sink) {
        int brace = line.indexOf('{');
        int space = line.indexOf(' ');
        int end = brace >= 0 && (space < 0 || brace < space) ? brace : space;
        if (end <= 0) {
            return;
        }
        String name = line.substring(0, end);
        if (!wanted.contains(name)) {
            return;
        }
        Map<String, String> labels = new HashMap<>();
        int at = end;
        if (line.charAt(end) == '{') {
            at = labels(line, end + 1, labels);
            if (at < 0) {
                return;
            }
        }
        value(line, at, value -> sink.sample(name, labels, value));
    }

    /** Fills the labels; returns the position behind the closing brace, -1 where there is none. */
    private static int labels(String line, int from, Map<String, String> labels) {
        int at = from;
        while (at < line.length() && line.charAt(at) != '}') {
            int equals = line.indexOf("=\"", at);
            if (equals < 0) {
                return -1;
            }
            String name = line.substring(at, equals).strip();
            StringBuilder value = new StringBuilder();
            int end = quoted(line, equals + 2, value);
            if (end < 0) {
                return -1;
            }
            labels.put(name, value.toString());
            at = end + 1;
            if (at < line.length() && line.charAt(at) == ',') {
                at++;
            }
        }
        return at < line.length() ? at + 1 : -1;
    }

    private static int quoted(String line, int from, StringBuilder value) {
        for (int at = from; at < line.length(); at++) {
            char c = line.charAt(at);
            if (c == '"') {
                return at;
            }
            if (c == '\\' && at + 1 < line.length()) {
                at++;
                char escaped = line.charAt(at);
                value.append(escaped == 'n' ? '\n' : escaped);
            } else {
                value.append(c);
            }
        }
        return -1;
    }

    private static void value(String line, int from, java.util.function.DoubleConsumer sink) {
        int start = from;
        while (start < line.length() && line.charAt(start) == ' ') {
            start++;
        }
        int end = line.indexOf(' ', start);
        String text = line.substring(start, end < 0 ? line.length() : end);
        try {
            double value = "+Inf".equals(text) ? Double.POSITIVE_INFINITY : Double.parseDouble(text);
            if (Double.isFinite(value)) {
                sink.accept(value);
            }
        } catch (NumberFormatException _) {
            // no number: not a sample
        }
    }

    /** Lines of a stream, never more than one in memory. */
    private static final class Lines {
        private final InputStream in;
        private final long deadline;
        private final byte[] buffer = new byte[16 * 1024];
        private final byte[] line = new byte[MAX_LINE];
        private int at;
        private int filled;
        private long bytes;

        Lines(InputStream in, long deadline) {
            this.in = in;
            this.deadline = deadline;
        }

        /** The next line that may be a sample; null at the end. */
        @Nullable
        String next() throws IOException {
            int length = 0;
            while (at < filled || fill()) {
                byte b = buffer[at++];
                if (b != '\n') {
                    if (length < MAX_LINE) {
                        line[length] = b;
                    }
                    length++;
                } else {
                    if (mayBeSample(length)) {
                        return text(length);
                    }
                    length = 0;
                }
            }
            return mayBeSample(length) ? text(length) : null;
        }

        private boolean mayBeSample(int length) {
            return length > 0 && length <= MAX_LINE && line[0] != '#';
        }

        private String text(int length) {
            int end = line[length - 1] == '\r' ? length - 1 : length;
            return new String(line, 0, end, StandardCharsets.UTF_8);
        }

        private boolean fill() throws IOException {
            filled = Math.max(in.read(buffer, 0, buffer.length), 0);
            at = 0;
            bytes += filled;
            if (bytes > MAX_BYTES) {
                throw new IOException("the page has more than " + MAX_BYTES + " bytes");
            }
            if (System.nanoTime() - deadline > 0) {
                throw new IOException("the page takes longer than " + MAX_TIME.toSeconds() + " s");
            }
            return filled > 0;
        }
    }
}
