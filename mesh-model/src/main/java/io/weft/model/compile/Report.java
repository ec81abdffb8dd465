package io.weft.model.compile;

import java.util.Map;

/** Something the author should know; it refuses nothing. The code is stable UPPER_SNAKE. */
public record Report(String code, String message) {
    public static final String UNRESOLVED_SERVICE = "UNRESOLVED_SERVICE";
    public static final String UNRESOLVED_NAMESPACE = "UNRESOLVED_NAMESPACE";

    /** Whether the policy has no effect somewhere because what it names is not there. */
    public boolean unresolved() {
        return code.equals(UNRESOLVED_SERVICE) || code.equals(UNRESOLVED_NAMESPACE);
    }

    public Map<String, Object> toMap() {
        return Map.of("code", code, "message", message);
    }
}
