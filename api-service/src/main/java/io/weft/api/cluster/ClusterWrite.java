package io.weft.api.cluster;

import io.weft.api.http.RequestField;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Body of POST and PUT. */
public record ClusterWrite(
        @RequestField(label = true) String name,
        @RequestField(labels = true, max = 64) @Nullable Map<String, String> labels,
        ClusterSpec spec) {}
