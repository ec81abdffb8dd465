package io.weft.api.mesh;

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
import io.weft.api.http.Requires;
import io.weft.api.http.SelectorSql;
import io.weft.api.http.Trail;
import io.weft.api.http.Violations;
import io.weft.api.mesh.Components.ControlPlaneRow;
import io.weft.api.mesh.InstallationView.InstallationRow;
import io.weft.kit.id.PublicId;
import io.weft.kit.problem.Problem;
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
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Collectors;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponseSchema;
import org.jboss.resteasy.reactive.RestPath;
import org.jspecify.annotations.Nullable;

/** Installations: a mesh in a cluster. */
@Consumes(MediaType.APPLICATION_JSON)
@Produces(MediaType.APPLICATION_JSON)
@Path("/v1/installations")
class InstallationResource {
    private final Installations installations;
    private final InstallationPlan plan;
    private final Doors doors;

    InstallationResource(Installations installations, InstallationPlan plan, Doors doors) {
        this.installations = installations;
        this.plan = plan;
        this.doors = doors;
    }

    @GET
    @Paged
    @Requires(value = Permission.MESHES_READ, scoped = true)
    @Operation(summary = "Lists installations")
    public Page<InstallationView> list(
            UriInfo uri,
            @QueryParam("meshId") @Nullable String meshId,
            @QueryParam("clusterId") @Nullable String clusterId,
            @QueryParam("labelSelector") @Nullable String labelSelector) {
        UUID mesh = Ids.inQuery(Prefix.MESH, meshId, "meshId");
        UUID cluster = Ids.inQuery(Prefix.CLUSTER, clusterId, "clusterId");
        SelectorSql selector = SelectorSql.of(labelSelector);
        return doors.pages()
                .listAll(uri, (tx, page) -> installations.page(tx, page, mesh, cluster, selector), this::views);
    }

    private List<InstallationView> views(TenantTx tx, List<InstallationRow> rows) {
        Map<UUID, List<ControlPlaneRow>> planes =
                installations
                        .controlPlanes(
                                tx, rows.stream().map(InstallationRow::id).toList())
                        .stream()
                        .collect(Collectors.groupingBy(ControlPlaneRow::installationId));
        return rows.stream()
                .map(row -> InstallationView.from(row, planes.getOrDefault(row.id(), List.of())))
                .toList();
    }

    @GET
    @Path("/{id}")
    @Requires(value = Permission.MESHES_READ, scoped = true)
    @APIResponseSchema(InstallationView.class)
    @Operation(summary = "Reads an installation")
    public Response get(@RestPath String id) {
        UUID installation = Ids.inPath(Prefix.INSTALLATION, id);
        return doors.reads().one(tx -> installations.view(tx, installation));
    }

    @GET
    @Path("/{id}/components")
    @Requires(value = Permission.MESHES_READ, scoped = true)
    @Operation(summary = "Versions of an installation's control planes and proxies")
    public Components components(@RestPath String id) {
        UUID installation = Ids.inPath(Prefix.INSTALLATION, id);
        return doors.reads().read(tx -> {
            InstallationRow row = installations.find(tx, installation).orElseThrow(Ids::notFound);
            return Components.of(installations.controlPlanes(tx, List.of(installation)), row.meshStatus());
        });
    }

    @POST
    @Requires(value = Permission.MESHES_WRITE, scoped = true)
    @APIResponseSchema(value = InstallationView.class, responseCode = "201")
    @Operation(summary = "Installs a mesh in a cluster")
    @Raises({ProblemType.NAME_TAKEN, ProblemType.STATE_CONFLICT, ProblemType.SKEW_VIOLATION})
    public Response create(InstallationWrite body) {
        return doors.writes().post(tx -> {
            InstallationPlan.Place place = plan.check(tx, body.spec());
            Names.requireFree(installations.named(tx, body.name()), Prefix.INSTALLATION, body.name());
            UUID id = plan.create(tx, body, place);
            DesiredState.changed(tx, place.cluster(), "installation " + body.name() + " created");
            InstallationView view = installations.view(tx, id).orElseThrow();
            doors.trail()
                    .created(
                            tx, "installation.create", view.id(), Trail.detail().set("spec", Json.of(body.spec())));
            return Answer.created("installations", view.id(), view);
        });
    }

    /** Namespaces that appeared since the last write are matched anew. */
    @PUT
    @Path("/{id}")
    @Requires(value = Permission.MESHES_WRITE, scoped = true)
    @APIResponseSchema(InstallationView.class)
    @Operation(summary = "Replaces an installation's name, labels and spec")
    @Raises({ProblemType.NAME_TAKEN, ProblemType.STATE_CONFLICT})
    public Response replace(@RestPath String id, InstallationWrite body) {
        UUID installation = Ids.inPath(Prefix.INSTALLATION, id);
        return doors.writes().write(tx -> rewritten(tx, current(tx, installation), body));
    }

    @PATCH
    @Path("/{id}")
    @Consumes(MergePatch.MEDIA_TYPE)
    @Requires(value = Permission.MESHES_WRITE, scoped = true)
    @APIResponseSchema(InstallationView.class)
    @Operation(summary = "Changes parts of an installation")
    @Raises({ProblemType.NAME_TAKEN, ProblemType.STATE_CONFLICT})
    public Response patch(@RestPath String id, MergePatch body) {
        UUID installation = Ids.inPath(Prefix.INSTALLATION, id);
        return doors.writes().write(tx -> {
            InstallationRow before = current(tx, installation);
            InstallationView answered = installations.view(tx, installation).orElseThrow();
            return rewritten(tx, before, body.appliedTo(answered, InstallationWrite.class));
        });
    }

    private InstallationRow current(TenantTx tx, UUID installation) {
        InstallationRow row = installations.lock(tx, installation).orElseThrow(Ids::notFound);
        doors.tags().requireCurrent(row.generation());
        return row;
    }

    private Answer rewritten(TenantTx tx, InstallationRow before, InstallationWrite body) {
        UUID installation = before.id();
        requireSame(before, body.spec());
        requireNoRollout(tx, before);
        Names.requireFreeFor(installation, installations.named(tx, body.name()), Prefix.INSTALLATION, body.name());
        installations.update(tx, installation, body);
        plan.replace(tx, installation, before.clusterId(), body.spec());
        DesiredState.changed(tx, before.clusterId(), "installation " + body.name() + " changed");
        String id = PublicId.format(Prefix.INSTALLATION, installation);
        doors.trail()
                .changed(tx, "installation.update", id, before.generation(), Trail.diff(before.spec(), body.spec()));
        return Answer.ok(installations.view(tx, installation).orElseThrow());
    }

    private static void requireSame(InstallationRow before, InstallationWrite.InstallationSpec spec) {
        Violations violations = new Violations();
        InstallationWrite.InstallationSpec old = Json.read(before.spec(), InstallationWrite.InstallationSpec.class);
        if (!old.meshId().equals(spec.meshId())) {
            violations.body("spec.meshId", "IMMUTABLE", "stays " + old.meshId());
        }
        if (!old.clusterId().equals(spec.clusterId())) {
            violations.body("spec.clusterId", "IMMUTABLE", "stays " + old.clusterId());
        }
        violations.throwIfAny();
    }

    private void requireNoRollout(TenantTx tx, InstallationRow row) {
        if (installations.rolloutActive(tx, row.clusterId())) {
            throw Problem.of(
                    ProblemType.STATE_CONFLICT,
                    "A rollout moves this installation: wait for its end, or abort it, before changing it");
        }
    }

    /**
     * In two steps: the first has the control planes pruned (202), and once none is left another one removes the row
     * (204). Namespaces lose their placement at once.
     */
    @DELETE
    @Path("/{id}")
    @Requires(value = Permission.MESHES_WRITE, scoped = true)
    @Operation(summary = "Removes an installation from its cluster")
    @Raises(ProblemType.STATE_CONFLICT)
    @APIResponseSchema(value = InstallationView.class, responseCode = "202")
    public Response delete(@RestPath String id) {
        UUID installation = Ids.inPath(Prefix.INSTALLATION, id);
        return doors.writes().write(tx -> {
            InstallationRow row = current(tx, installation);
            requireNoRollout(tx, row);
            if (installations.controlPlanes(tx, List.of(installation)).isEmpty()) {
                installations.delete(tx, installation);
                doors.trail().done(tx, "installation.delete", id, Trail.detail().put("name", row.name()));
                return Answer.nothing();
            }
            installations.unwant(tx, installation);
            DesiredState.changed(tx, row.clusterId(), "installation " + row.name() + " deleted");
            doors.trail().done(tx, "installation.remove", id, Trail.detail().put("name", row.name()));
            return Answer.accepted(
                    "installations/" + id, installations.view(tx, installation).orElseThrow());
        });
    }
}
