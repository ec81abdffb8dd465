package io.weft.model.manifest;

import java.util.Map;

/**
 * What must hold before the next phase of the same layer begins.
 *
 * @param type established available condition caBundlePresent dryRunPodInjected dryRunRefused http jobComplete
 * @param timeoutSeconds after that long without success the agent reports CheckFailed and keeps asking
 */
public record Check(String type, ObjectKey object, Map<String, Object> parameters, int timeoutSeconds) {

    public Check {
        parameters = Map.copyOf(parameters);
    }

    Map<String, Object> toMap() {
        return Map.of(
                "type", type, "object", object.toMap(), "parameters", parameters, "timeoutSeconds", timeoutSeconds);
    }
}
