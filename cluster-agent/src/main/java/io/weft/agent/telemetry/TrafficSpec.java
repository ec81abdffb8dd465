package io.weft.agent.telemetry;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * One family of request counters in a proxy's metrics.
 *
 * @param reporter source or destination
 * @param requests counter; only series with {@code classLabel} count
 * @param edgeLabel label whose value names the other side; with {@code edgePattern} (groups service, namespace)
 * @param histogram its {@code _bucket}, {@code _sum}; "" = none
 * @param handshakes counter of TLS handshakes with the same edge label; "" = none
 * @param downstream the caller proxy's own requests: no destination
 */
record TrafficSpec(
        String reporter,
        String requests,
        String classLabel,
        String edgeLabel,
        Pattern edgePattern,
        String histogram,
        String handshakes,
        boolean downstream) {
    private static final int MAX_PATTERN = 512;

    /** The other side of an edge; both "" where the pattern names none. */
    record Edge(String namespace, String service) {}

    static TrafficSpec of(JsonNode spec) {
        String pattern = spec.path("edgePattern").asText("");
        if (pattern.length() > MAX_PATTERN) {
            throw new IllegalArgumentException("edgePattern is longer than " + MAX_PATTERN + " characters");
        }
        return new TrafficSpec(
                spec.path("reporter").asText("source"),
                spec.path("requests").asText(),
                spec.path("classLabel").asText("response_code_class"),
                spec.path("edgeLabel").asText(""),
                Pattern.compile(pattern.isEmpty() ? ".*" : pattern),
                spec.path("histogram").asText(""),
                spec.path("handshakes").asText(""),
                spec.path("downstream").asBoolean(false));
    }

    /** Raw value of the edge label when the series is one of this family's, else empty. */
    Optional<String> groupOf(Map<String, String> labels) {
        String value = edgeLabel.isEmpty() ? "" : labels.getOrDefault(edgeLabel, "");
        return edgePattern.matcher(value).find() ? Optional.of(value) : Optional.empty();
    }

    Edge edgeOf(String group) {
        if (downstream || !"source".equals(reporter)) {
            return new Edge("", "");
        }
        Matcher matcher = edgePattern.matcher(group);
        return matcher.find() ? new Edge(named(matcher, "namespace"), named(matcher, "service")) : new Edge("", "");
    }

    /** "5", "503" and "5xx" are all "5xx"; anything else is no class. */
    static Optional<String> responseClass(String value) {
        char first = value.isEmpty() ? '0' : value.charAt(0);
        return first >= '1' && first <= '5' ? Optional.of(first + "xx") : Optional.empty();
    }

    private static String named(Matcher matcher, String group) {
        if (!matcher.namedGroups().containsKey(group)) {
            return "";
        }
        String value = matcher.group(group);
        return value == null ? "" : value;
    }
}
