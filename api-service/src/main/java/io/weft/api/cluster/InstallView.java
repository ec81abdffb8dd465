package io.weft.api.cluster;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/**
 * How the agent comes into a cluster; holds no secret.
 *
 * @param chart the agent's Helm chart
 * @param values what the chart is to be given
 * @param lines to be run in order by a person with rights in the cluster; the join token is typed, never an argument
 */
public record InstallView(String chart, Values values, List<String> lines) {
    /** Chart values. */
    @Schema(name = "InstallValues")
    public record Values(Gateway gateway, String clusterId, List<JsonNode> lifecycleRules) {}

    /** Where the agent calls, and the pin of the agent CA's public key, {@code sha256:<hex>}. */
    @Schema(name = "InstallGateway")
    public record Gateway(String url, String caPin) {}
}
