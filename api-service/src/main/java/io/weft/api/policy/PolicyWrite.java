package io.weft.api.policy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.weft.api.http.Checked;
import io.weft.api.http.Json;
import io.weft.api.http.RequestField;
import io.weft.api.http.Violations;
import io.weft.model.policy.PolicyReader;
import io.weft.model.policy.PolicySpec;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Body of POST and PUT of a policy.
 *
 * @param kind what sort of policy; never changes
 * @param spec {@code target}, a field named like the kind, {@code proof}, {@code acceptedLosses}, {@code delivery}
 */
public record PolicyWrite(
        @RequestField(label = true) String name,
        @RequestField(maxLength = 40) String kind,
        @RequestField(labels = true, max = 64) @Nullable Map<String, String> labels,
        ObjectNode spec)
        implements Checked {
    @Override
    public void check(Violations violations, String path) {
        if (PolicyReader.read(kind, Json.map(spec)) instanceof PolicyReader.Read.Invalid invalid) {
            invalid.violations()
                    .forEach(violation -> violations.body(violation.field(), violation.code(), violation.message()));
        }
    }

    /** The policy that passed {@link #check}. */
    PolicySpec read() {
        return read(kind, spec);
    }

    /** A policy that was valid when it was written. */
    static PolicySpec read(String kind, JsonNode spec) {
        return switch (PolicyReader.read(kind, Json.map(spec))) {
            case PolicyReader.Read.Valid valid -> valid.spec();
            case PolicyReader.Read.Invalid invalid ->
                throw new IllegalStateException("a stored " + kind + " is not valid: " + invalid.violations());
        };
    }
}
