package io.weft.api.cluster;

import io.weft.api.desired.DesiredState;
import io.weft.api.http.Answer;
import io.weft.api.http.Doors;
import io.weft.api.http.Ids;
import io.weft.api.http.Json;
import io.weft.api.http.MergePatch;
import io.weft.api.http.Names;
import io.weft.api.http.Page;
import io.weft.api.http.Paged;
import io.weft.api.http.Permission;
import io.weft.api.http.Prefix;
import io.weft.api.http.Raises;
import io.weft.api.http.RequestField;
import io.weft.api.http.Requires;
import io.weft.api.http.SelectorSql;
import io.weft.api.http.Trail;
import io.weft.api.policy.Targeting;
import io.weft.kit.id.PublicId;
import io.weft.kit.problem.ProblemType;
import io.weft.kit.tenancy.TenantTx;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.DELETE;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.PATCH;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.PUT;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.core.UriInfo;
import java.util.Objects;
import java.util.UUID;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponseSchema;
import org.jboss.resteasy.reactive.RestPath;
import org.jspecify.annotations.Nullable;

/** Clusters. */
@Consumes(MediaType.APPLICATION_JSON)
@Produces(MediaType.APPLICATION_JSON)
@Path("/v1/clusters")
class ClusterResource {
    private final Clusters clusters;
    private final Targeting targeting;
    private final Doors doors;

    ClusterResource(Clusters clusters, Targeting targeting, Doors doors) {
        this.clusters = clusters;
        this.targeting = targeting;
        this.doors = doors;
    }

    @GET
    @Paged
    @Requires(value = Permission.CLUSTERS_READ, scoped = true)
    @Operation(summary = "Lists clusters")
    public Page<ClusterView> list(UriInfo uri, @QueryParam("labelSelector") @Nullable String labelSelector) {
        SelectorSql selector = SelectorSql.of(labelSelector);
        return doors.pages().list(uri, (tx, page) -> clusters.page(tx, page, selector), ClusterView::from);
    }

    @GET
    @Path("/{id}")
    @Requires(value = Permission.CLUSTERS_READ, scoped = true)
    @APIResponseSchema(ClusterView.class)
    @Operation(summary = "Reads a cluster")
    public Response get(@RestPath String id) {
        UUID cluster = Ids.inPath(Prefix.CLUSTER, id);
        return doors.reads().one(tx -> clusters.find(tx, cluster).map(ClusterView::from));
    }

    @POST
    @Requires(Permission.CLUSTERS_WRITE)
    @APIResponseSchema(value = ClusterView.class, responseCode = "201")
    @Operation(summary = "Registers a cluster")
    @Raises(ProblemType.NAME_TAKEN)
    public Response create(ClusterWrite body) {
        return doors.writes().post(tx -> {
            Names.requireFree(clusters.named(tx, body.name()), Prefix.CLUSTER, body.name());
            UUID id = clusters.create(tx, body.name(), Json.labels(body.labels()), Json.of(body.spec()));
            ClusterView view = ClusterView.from(clusters.find(tx, id).orElseThrow());
            doors.trail()
                    .created(tx, "cluster.create", view.id(), Trail.detail().set("spec", Json.of(body.spec())));
            return Answer.created("clusters", view.id(), view);
        });
    }

    @PUT
    @Path("/{id}")
    @Requires(value = Permission.CLUSTERS_WRITE, scoped = true)
    @APIResponseSchema(ClusterView.class)
    @Operation(summary = "Replaces a cluster's name, labels and spec")
    @Raises({ProblemType.NAME_TAKEN, ProblemType.STATE_CONFLICT})
    public Response replace(@RestPath String id, ClusterWrite body) {
        UUID cluster = Ids.inPath(Prefix.CLUSTER, id);
        return doors.writes().write(tx -> rewritten(tx, current(tx, cluster), body));
    }

    @PATCH
    @Path("/{id}")
    @Consumes(MergePatch.MEDIA_TYPE)
    @Requires(value = Permission.CLUSTERS_WRITE, scoped = true)
    @APIResponseSchema(ClusterView.class)
    @Operation(summary = "Changes parts of a cluster")
    @Raises({ProblemType.NAME_TAKEN, ProblemType.STATE_CONFLICT})
    public Response patch(@RestPath String id, MergePatch body) {
        UUID cluster = Ids.inPath(Prefix.CLUSTER, id);
        return doors.writes().write(tx -> {
            ClusterRow before = current(tx, cluster);
            return rewritten(tx, before, body.appliedTo(ClusterView.from(before), ClusterWrite.class));
        });
    }

    private ClusterRow current(TenantTx tx, UUID cluster) {
        ClusterRow row = clusters.lock(tx, cluster).orElseThrow(Ids::notFound);
        doors.tags().requireCurrent(row.generation());
        return row;
    }

    private Answer rewritten(TenantTx tx, ClusterRow before, ClusterWrite body) {
        UUID cluster = before.id();
        String id = PublicId.format(Prefix.CLUSTER, cluster);
        Names.requireFreeFor(cluster, clusters.named(tx, body.name()), Prefix.CLUSTER, body.name());
        clusters.update(tx, cluster, body.name(), Json.labels(body.labels()), Json.of(body.spec()));
        // Policies select clusters by label.
        if (!before.labels().equals(Json.labels(body.labels())) && targeting.reconsider(tx, cluster)) {
            DesiredState.changed(tx, cluster, "labels of " + id);
        }
        ClusterSpec spec = Json.read(before.spec(), ClusterSpec.class);
        if (!Objects.equals(spec.namespaceSelector(), body.spec().namespaceSelector())) {
            DesiredState.selectorChanged(tx, cluster);
        }
        doors.trail().changed(tx, "cluster.update", id, before.generation(), Trail.diff(before.spec(), body.spec()));
        return Answer.ok(ClusterView.from(clusters.find(tx, cluster).orElseThrow()));
    }

    /** Cuts the agent off as well; refused while meshes are installed there. */
    @DELETE
    @Path("/{id}")
    @Requires(value = Permission.CLUSTERS_WRITE, scoped = true)
    @Operation(summary = "Deletes a cluster and cuts its agent off")
    @Raises(ProblemType.STATE_CONFLICT)
    public Response delete(@RestPath String id) {
        UUID cluster = Ids.inPath(Prefix.CLUSTER, id);
        return doors.writes().write(tx -> {
            ClusterRow row = current(tx, cluster);
            clusters.delete(tx, cluster);
            doors.trail().done(tx, "cluster.delete", id, Trail.detail().put("name", row.name()));
            return Answer.nothing();
        });
    }

    /** Why an agent is cut off. */
    @Schema(name = "AgentRevocationWrite")
    public record RevocationWrite(
            @RequestField(maxLength = 500, filled = true) String reason) {}

    /** The registration epoch from which on certificates are accepted again. */
    @Schema(name = "AgentRevocation")
    public record RevocationView(String clusterId, long registrationEpoch) {}

    /** Closes the agent's stream within five seconds and refuses its certificate; the mesh goes on running. */
    @POST
    @Path("/{id}/agent-revocations")
    @Requires(value = Permission.ENROLMENT_WRITE, scoped = true)
    @APIResponseSchema(value = RevocationView.class, responseCode = "201")
    @Operation(summary = "Cuts a cluster's agent off")
    public Response revokeAgent(@RestPath String id, RevocationWrite body) {
        UUID cluster = Ids.inPath(Prefix.CLUSTER, id);
        return doors.writes().post(tx -> {
            ClusterRow _ = clusters.lock(tx, cluster).orElseThrow(Ids::notFound);
            long epoch = clusters.revokeAgent(tx, cluster);
            doors.trail().done(tx, "cluster.revokeAgent", id, Trail.detail().put("reason", body.reason()));
            return new Answer(201, new RevocationView(id, epoch), null, null);
        });
    }
}
