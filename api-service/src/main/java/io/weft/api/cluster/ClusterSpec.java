package io.weft.api.cluster;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.weft.api.http.RequestField;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What an operator says of a cluster.
 *
 * @param access the tier of rights its agent gets
 * @param lifecycleReleases uploaded mesh releases, {@code <family>-<version>}, whose rights the agent is to have
 * @param namespaceSelector label selector of the namespaces that Weft may manage; absent = all
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record ClusterSpec(
        @RequestField(oneOf = {"observe", "manage", "lifecycle"})
        String access,

        @RequestField(max = 20, maxLength = 80, pattern = "(istio|linkerd|consul)-[0-9A-Za-z.+-]+") @Nullable
        List<String> lifecycleReleases,

        @RequestField(selector = true) @Nullable String namespaceSelector) {
    /** The releases named, none when absent. */
    List<String> releases() {
        return lifecycleReleases == null ? List.of() : lifecycleReleases;
    }
}
