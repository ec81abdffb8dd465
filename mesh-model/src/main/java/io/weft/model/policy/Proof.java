package io.weft.model.policy;

import io.weft.model.input.Fields;
import io.weft.model.input.TextForm;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;

/**
 * How the policy may be shown to be in force.
 *
 * @param allow the one call that is permitted as a positive control; without it nothing is proved
 * @param expect what shows that a route's destination answered
 * @param interval between two runs
 */
public record Proof(Optional<Allow> allow, Optional<Expect> expect, Duration interval) {
    public static final Duration DEFAULT_INTERVAL = Duration.ofMinutes(2);
    static final Duration MIN_INTERVAL = Duration.ofSeconds(30);
    static final Duration MAX_INTERVAL = Duration.ofHours(12); // a proof lives 24 h

    /** One permitted call: method GET or HEAD; without a port the Service's first. */
    public record Allow(ServiceAccountRef serviceAccount, String method, String path, OptionalInt port) {}

    /** A response header that only the rule's destination sends. */
    public record Expect(String header, String value) {}

    public static Proof none() {
        return new Proof(Optional.empty(), Optional.empty(), DEFAULT_INTERVAL);
    }

    static Proof read(Fields fields) {
        fields.only(Set.of("allow", "expect", "interval"));
        Fields allow = fields.optionalObject("allow");
        Fields expect = fields.optionalObject("expect");
        return new Proof(
                Optional.ofNullable(allow).map(Proof::allow),
                Optional.ofNullable(expect).map(Proof::expect),
                interval(fields));
    }

    private static Allow allow(Fields fields) {
        fields.only(Set.of("serviceAccount", "method", "path", "port"));
        Integer port = fields.optionalInteger("port", 1, 65535);
        return new Allow(
                ServiceAccountRef.parse(fields.text("serviceAccount", TextForm.SERVICE_ACCOUNT)),
                fields.word("method", Set.of("GET", "HEAD"), "GET"),
                fields.text("path", TextForm.PATH),
                port == null ? OptionalInt.empty() : OptionalInt.of(port));
    }

    private static Expect expect(Fields fields) {
        fields.only(Set.of("header", "value"));
        return new Expect(fields.text("header", TextForm.HEADER_NAME), fields.text("value", TextForm.HEADER_VALUE));
    }

    private static Duration interval(Fields fields) {
        String text = fields.optionalText("interval", TextForm.DURATION);
        if (text == null) {
            return DEFAULT_INTERVAL;
        }
        Duration interval = duration(text);
        if (interval.compareTo(MIN_INTERVAL) < 0 || interval.compareTo(MAX_INTERVAL) > 0) {
            if (!TextForm.DURATION.placeholder().equals(text)) {
                fields.violate("interval", "OUT_OF_RANGE", "Give a duration from 30s to 12h, not " + text);
            }
            return DEFAULT_INTERVAL;
        }
        return interval;
    }

    private static Duration duration(String text) {
        long number = Long.parseLong(text, 0, text.length() - 1, 10);
        return switch (text.charAt(text.length() - 1)) {
            case 'h' -> Duration.ofHours(number);
            case 'm' -> Duration.ofMinutes(number);
            default -> Duration.ofSeconds(number);
        };
    }

    /** The call's answer as documents hold it. */
    public Optional<Map<String, Object>> expectation() {
        return expect.map(value -> Map.of("header", value.header(), "value", value.value()));
    }
}
