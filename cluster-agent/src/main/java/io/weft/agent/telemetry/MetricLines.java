package io.weft.agent.telemetry;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;

/** Reads the Prometheus text format line by line; only the wanted names cost anything. */
final class MetricLines {
    /** A page of more than this is cut off: an application must not be able to fill the agent's memory (T19). */
    static final int MAX_BYTES = 16 * 1024 * 1024;

    private static final int MAX_LINE = 16 * 1024;

    interface Sink {
        void sample(String name, Map<String, String> labels, double value);
    }

    private MetricLines() {}

    /** Hands every sample of a wanted name to the sink. Lines that are no samples are skipped. */
    static void read(InputStream in, Set<String> wanted, Sink sink) throws IOException {
        BufferedReader reader =
                new BufferedReader(new InputStreamReader(new Bounded(in, MAX_BYTES), StandardCharsets.UTF_8));
        for (String line = reader.readLine(); line != null; line = reader.readLine()) {
            if (!line.isEmpty() && line.charAt(0) != '#' && line.length() <= MAX_LINE) {
                sample(line, wanted, sink);
            }
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

    /** Ends the stream after a number of bytes. */
    private static final class Bounded extends InputStream {
        private final InputStream in;
        private long left;

        Bounded(InputStream in, long left) {
            this.in = in;
            this.left = left;
        }

        @Override
        public int read() throws IOException {
            return left-- > 0 ? in.read() : -1;
        }

        @Override
        public int read(byte[] bytes, int offset, int length) throws IOException {
            if (left <= 0) {
                return -1;
            }
            int read = in.read(bytes, offset, (int) Math.min(length, left));
            left -= Math.max(read, 0);
            return read;
        }
    }
}
