package io.weft.agent.probe;

import java.io.IOException;
import java.io.InputStream;
import java.net.ConnectException;
import java.net.HttpURLConnection;
import java.net.NoRouteToHostException;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The main class of a probe pod: makes the calls of {@code WEFT_PROBE_CASES} and writes what came back as JSON into the
 * termination message, where the agent reads it. Plain JDK, because it starts for every question.
 *
 * <p>A case is a line of tab-separated fields: name, method, URL, number of calls, name of the answer's header that
 * matters (or ""), then header names and values in turn. The answer is {@code {"<case>":{"200 v2":19,"reset":1}}}: status
 * and that header, or {@code reset}, {@code timeout}, {@code connectFailed}, {@code dns}, {@code error}.
 */
public final class ProbeMain {
    static final String CASES = "WEFT_PROBE_CASES";
    private static final Path ANSWER = Path.of("/dev/termination-log");
    private static final int MAX_ANSWER = 4 * 1024;
    private static final int MAX_HEADER = 64;
    private static final int CONNECT_MILLIS = 2_000;
    private static final int READ_MILLIS = 4_000;
    /** A proxy that has just started may not listen yet, or know no endpoints. */
    private static final long SETTLE_MILLIS = 6_000;
    /** The pod lives for 30 s; answers that were not given in time would take the others with them. */
    private static final long ALL_MILLIS = 18_000;

    private static final Set<String> UNSETTLED = Set.of("connectFailed", "dns", "503");

    private record Case(
            String name, String method, String url, int calls, String answerHeader, Map<String, String> headers) {
        static Case parse(String line) {
            String[] fields = line.split("\t", -1);
            Map<String, String> headers = new LinkedHashMap<>();
            for (int i = 5; i + 1 < fields.length; i += 2) {
                headers.put(fields[i], fields[i + 1]);
            }
            return new Case(fields[0], fields[1], fields[2], Integer.parseInt(fields[3]), fields[4], headers);
        }
    }

    private ProbeMain() {}

    public static void main(String[] arguments) throws IOException {
        String cases = System.getenv(CASES);
        if (cases == null) {
            throw new IllegalArgumentException(CASES + " is not set");
        }
        String answer = answers(cases);
        Files.writeString(ANSWER, answer.length() > MAX_ANSWER ? "{}" : answer, StandardCharsets.UTF_8);
    }

    /** Makes the calls and returns the JSON. */
    static String answers(String cases) {
        List<String> members = new ArrayList<>();
        long until = System.nanoTime() + ALL_MILLIS * 1_000_000;
        for (String line : cases.split("\n")) {
            Case asked = Case.parse(line);
            Map<String, Integer> counts = new LinkedHashMap<>();
            counts.merge(settled(asked), 1, Integer::sum);
            for (int call = 1; call < asked.calls() && System.nanoTime() < until; call++) {
                counts.merge(call(asked), 1, Integer::sum);
            }
            members.add(quoted(asked.name()) + ":" + object(counts));
        }
        return "{" + String.join(",", members) + "}";
    }

    private static String settled(Case asked) {
        long until = System.nanoTime() + SETTLE_MILLIS * 1_000_000;
        String answer = call(asked);
        while (UNSETTLED.contains(answer) && System.nanoTime() < until) {
            try {
                Thread.sleep(200);
            } catch (InterruptedException _) {
                return answer;
            }
            answer = call(asked);
        }
        return answer;
    }

    private static String call(Case asked) {
        try {
            if (!(URI.create(asked.url()).toURL().openConnection() instanceof HttpURLConnection connection)) {
                return "error";
            }
            connection.setRequestMethod(asked.method());
            connection.setInstanceFollowRedirects(false);
            connection.setUseCaches(false);
            connection.setConnectTimeout(CONNECT_MILLIS);
            connection.setReadTimeout(READ_MILLIS);
            asked.headers().forEach(connection::setRequestProperty);
            int status = connection.getResponseCode();
            String header = asked.answerHeader().isEmpty() ? null : connection.getHeaderField(asked.answerHeader());
            drain(connection);
            return header == null ? Integer.toString(status) : status + " " + shortened(header);
        } catch (IOException e) {
            return failure(e);
        } catch (IllegalArgumentException _) {
            return "error";
        }
    }

    /** Only what broke off after a connection was there counts as a reset; nobody refused what nobody reached. */
    static String failure(IOException e) {
        return switch (e) {
            case UnknownHostException _ -> "dns";
            case ConnectException _ -> "connectFailed";
            case NoRouteToHostException _ -> "connectFailed";
            case SocketTimeoutException _ -> "timeout";
            default -> "reset";
        };
    }

    private static void drain(HttpURLConnection connection) {
        try (InputStream body =
                connection.getResponseCode() >= 400 ? connection.getErrorStream() : connection.getInputStream()) {
            if (body != null) {
                body.readNBytes(64 * 1024);
            }
        } catch (IOException _) {
            // the status has been read; the rest of the body is of no interest
        } finally {
            connection.disconnect(); // each call on a fresh connection: a policy acts on new ones
        }
    }

    private static String shortened(String text) {
        return text.length() > MAX_HEADER ? text.substring(0, MAX_HEADER) : text;
    }

    private static String object(Map<String, Integer> counts) {
        List<String> members = new ArrayList<>();
        counts.forEach((answer, count) -> members.add(quoted(answer) + ":" + count));
        return "{" + String.join(",", members) + "}";
    }

    private static String quoted(String text) {
        StringBuilder quoted = new StringBuilder("\"");
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '"' || c == '\\') {
                quoted.append('\\').append(c);
            } else if (c >= ' ' && c < 127) {
                quoted.append(c);
            } else {
                quoted.append('?');
            }
        }
        return quoted.append('"').toString();
    }
}
