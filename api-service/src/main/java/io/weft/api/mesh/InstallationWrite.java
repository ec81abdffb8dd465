package io.weft.api.mesh;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.weft.api.http.RequestField;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Body of POST and PUT of an installation. */
public record InstallationWrite(
        @RequestField(label = true) String name,
        @RequestField(labels = true, max = 64) @Nullable Map<String, String> labels,
        InstallationSpec spec) {
    /**
     * Which mesh runs where.
     *
     * @param values overlay over the chart values that Weft sets
     * @param imageRegistry where images are pulled from instead of the release's own registries
     * @param namespaceSelector namespaces whose workloads get a proxy; absent = none
     */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record InstallationSpec(
            @RequestField(maxLength = 64) String meshId,
            @RequestField(maxLength = 64) String clusterId,
            @Nullable ObjectNode values,

            @RequestField(maxLength = 255, pattern = "[A-Za-z0-9][A-Za-z0-9._:/-]*") @Nullable
            String imageRegistry,

            @RequestField(selector = true) @Nullable String namespaceSelector) {}
}
