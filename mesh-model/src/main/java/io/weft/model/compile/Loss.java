package io.weft.model.compile;

import java.util.Map;

/** A part of a policy that the target cannot express. {@code support}: partial or none. */
public record Loss(String code, String field, String capability, String support, String message) {
    public Map<String, Object> toMap() {
        return Map.of("code", code, "field", field, "capability", capability, "support", support, "message", message);
    }
}
