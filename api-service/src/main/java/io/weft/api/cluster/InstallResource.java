package io.weft.api.cluster;

import com.fasterxml.jackson.databind.JsonNode;
import io.weft.api.http.Doors;
import io.weft.api.http.Ids;
import io.weft.api.http.Permission;
import io.weft.api.http.Prefix;
import io.weft.api.http.Raises;
import io.weft.api.http.Requires;
import io.weft.kit.problem.Problem;
import io.weft.kit.problem.ProblemType;
import io.weft.kit.readiness.ReadinessCheck;
import io.weft.kit.tenancy.TenantTx;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import java.net.URI;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.jboss.resteasy.reactive.RestPath;

/** How the agent comes into a cluster. */
@Produces(MediaType.APPLICATION_JSON)
@Path("/v1/clusters/{id}/install")
class InstallResource implements ReadinessCheck {
    private final Clusters clusters;
    private final GatewayConfig gateway;
    private final AgentConfig agent;
    private final Doors doors;

    InstallResource(Clusters clusters, GatewayConfig gateway, AgentConfig agent, Doors doors) {
        this.clusters = clusters;
        this.gateway = gateway;
        this.agent = agent;
        this.doors = doors;
    }

    /** The address lands in a shell line, so it may hold nothing but an address. */
    @Override
    public List<String> dangers() {
        return gateway.url().matches("https://[A-Za-z0-9.:\\[\\]-]{1,255}")
                        && URI.create(gateway.url()).getHost() != null
                ? List.of()
                : List.of("weft.gateway.url is not of the form https://host:port: agents verify the hub by TLS alone");
    }

    @GET
    @Requires(value = Permission.CLUSTERS_READ, scoped = true)
    @Operation(summary = "How to install the agent in a cluster")
    @Raises(ProblemType.STATE_CONFLICT)
    public InstallView install(@RestPath String id) {
        UUID cluster = Ids.inPath(Prefix.CLUSTER, id);
        return doors.reads().read(tx -> {
            ClusterView view = clusters.find(tx, cluster).map(ClusterView::from).orElseThrow(Ids::notFound);
            String pin = clusters.caPin(tx)
                    .orElseThrow(() -> Problem.of(
                            ProblemType.UNAVAILABLE,
                            "The agent CA does not exist yet: fleet-manager makes it when it starts"));
            return InstallLines.of(
                    agent.chart(),
                    id,
                    new InstallView.Gateway(gateway.url(), pin),
                    rules(tx, view.spec().releases()));
        });
    }

    private record ReleaseRules(String version, JsonNode lifecycleRules) {}

    /** Union of what the named releases grant; a release that is not ready would give the agent too few rights. */
    private static List<JsonNode> rules(TenantTx tx, List<String> releases) {
        Set<JsonNode> union = new LinkedHashSet<>();
        for (String release : releases) {
            int cut = release.indexOf('-');
            ReleaseRules found = tx.first(
                            ReleaseRules.class,
                            "SELECT version, lifecycle_rules FROM mesh_release WHERE family = ? AND version = ?",
                            release.substring(0, cut),
                            release.substring(cut + 1))
                    .orElseThrow(() -> Problem.of(
                            ProblemType.STATE_CONFLICT,
                            "spec.lifecycleReleases names " + release + ", which is not uploaded: upload it first"));
            if (found.lifecycleRules().isEmpty()) {
                throw Problem.of(
                        ProblemType.UNAVAILABLE, "The rights that " + release + " grants are still being computed");
            }
            found.lifecycleRules().forEach(union::add);
        }
        return List.copyOf(union);
    }
}
