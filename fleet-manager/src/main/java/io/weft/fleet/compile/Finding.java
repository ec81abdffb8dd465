package io.weft.fleet.compile;

import java.util.Map;

/** Something the compile of a cluster could not do; codes are PascalCase. */
record Finding(String layer, String code, String message) {
    Map<String, Object> toMap() {
        return Map.of("layer", layer, "code", code, "message", message);
    }
}
