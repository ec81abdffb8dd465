package io.weft.model.policy;

import java.util.Optional;
import java.util.stream.Stream;

/** The kinds of policy this version knows; the words are those of the API. */
public enum PolicyKind {
    MUTUAL_TLS("mutualTls"),
    AUTHORIZATION("authorization"),
    TRAFFIC_ROUTE("trafficRoute");

    private final String word;

    PolicyKind(String word) {
        this.word = word;
    }

    /** As written in JSON and SQL, and the name of the field of {@code spec} that holds the rules. */
    public String word() {
        return word;
    }

    public static Optional<PolicyKind> of(String word) {
        return Stream.of(values()).filter(kind -> kind.word.equals(word)).findFirst();
    }
}
