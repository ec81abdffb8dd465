package io.weft.api.access;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.weft.api.http.RequestField;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Body of POST and PUT of a service account. */
public record ServiceAccountWrite(
        @RequestField(label = true) String name,
        @RequestField(labels = true, max = 64) @Nullable Map<String, String> labels,
        @Nullable ServiceAccountSpec spec) {
    /**
     * What the account is for.
     *
     * @param description for people who read the list
     * @param disabled its keys open nothing while this is true; absent = false
     */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record ServiceAccountSpec(
            @RequestField(maxLength = 500) @Nullable String description,
            @Nullable Boolean disabled) {}

    String description() {
        return spec == null || spec.description() == null ? "" : spec.description();
    }

    boolean isDisabled() {
        return spec != null && Boolean.TRUE.equals(spec.disabled());
    }
}
