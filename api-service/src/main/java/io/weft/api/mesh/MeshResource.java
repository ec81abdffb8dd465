package io.weft.api.mesh;

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
import io.weft.api.mesh.MeshView.MeshRow;
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
import java.util.Optional;
import java.util.UUID;
import java.util.stream.StreamSupport;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponseSchema;
import org.jboss.resteasy.reactive.RestPath;
import org.jspecify.annotations.Nullable;

/** Meshes: a family, a mode and the version that is wanted. */
@Consumes(MediaType.APPLICATION_JSON)
@Produces(MediaType.APPLICATION_JSON)
@Path("/v1/meshes")
class MeshResource {
    private final Meshes meshes;
    private final Releases releases;
    private final Doors doors;

    MeshResource(Meshes meshes, Releases releases, Doors doors) {
        this.meshes = meshes;
        this.releases = releases;
        this.doors = doors;
    }

    @GET
    @Paged
    @Requires(value = Permission.MESHES_READ, scoped = true)
    @Operation(summary = "Lists meshes")
    public Page<MeshView> list(UriInfo uri, @QueryParam("labelSelector") @Nullable String labelSelector) {
        SelectorSql selector = SelectorSql.of(labelSelector);
        return doors.pages().list(uri, (tx, page) -> meshes.page(tx, page, selector), MeshView::from);
    }

    @GET
    @Path("/{id}")
    @Requires(value = Permission.MESHES_READ, scoped = true)
    @APIResponseSchema(MeshView.class)
    @Operation(summary = "Reads a mesh")
    public Response get(@RestPath String id) {
        UUID mesh = Ids.inPath(Prefix.MESH, id);
        return doors.reads().one(tx -> meshes.find(tx, mesh).map(MeshView::from));
    }

    @POST
    @Requires(Permission.MESHES_WRITE)
    @APIResponseSchema(value = MeshView.class, responseCode = "201")
    @Operation(summary = "Creates a mesh")
    @Raises(ProblemType.NAME_TAKEN)
    public Response create(MeshWrite body) {
        return doors.writes().post(tx -> {
            requireReleased(tx, body.spec());
            Names.requireFree(meshes.named(tx, body.name()), Prefix.MESH, body.name());
            UUID id = meshes.create(tx, body);
            MeshView view = MeshView.from(meshes.find(tx, id).orElseThrow());
            doors.trail().created(tx, "mesh.create", view.id(), Trail.detail().set("spec", Json.of(body.spec())));
            return Answer.created("meshes", view.id(), view);
        });
    }

    /** A new version moves nothing by itself: a rollout does. */
    @PUT
    @Path("/{id}")
    @Requires(Permission.MESHES_WRITE)
    @APIResponseSchema(MeshView.class)
    @Operation(summary = "Replaces a mesh's name, labels and spec")
    @Raises({ProblemType.NAME_TAKEN, ProblemType.STATE_CONFLICT})
    public Response replace(@RestPath String id, MeshWrite body) {
        UUID mesh = Ids.inPath(Prefix.MESH, id);
        return doors.writes().write(tx -> rewritten(tx, current(tx, mesh), body));
    }

    @PATCH
    @Path("/{id}")
    @Consumes(MergePatch.MEDIA_TYPE)
    @Requires(Permission.MESHES_WRITE)
    @APIResponseSchema(MeshView.class)
    @Operation(summary = "Changes parts of a mesh")
    @Raises({ProblemType.NAME_TAKEN, ProblemType.STATE_CONFLICT})
    public Response patch(@RestPath String id, MergePatch body) {
        UUID mesh = Ids.inPath(Prefix.MESH, id);
        return doors.writes().write(tx -> {
            MeshRow before = current(tx, mesh);
            return rewritten(tx, before, body.appliedTo(MeshView.from(before), MeshWrite.class));
        });
    }

    private MeshRow current(TenantTx tx, UUID mesh) {
        MeshRow row = meshes.lock(tx, mesh).orElseThrow(Ids::notFound);
        doors.tags().requireCurrent(row.generation());
        return row;
    }

    private Answer rewritten(TenantTx tx, MeshRow before, MeshWrite body) {
        UUID mesh = before.id();
        requireSame(before, body.spec());
        requireReleased(tx, body.spec());
        Names.requireFreeFor(mesh, meshes.named(tx, body.name()), Prefix.MESH, body.name());
        meshes.update(tx, mesh, body);
        String id = PublicId.format(Prefix.MESH, mesh);
        doors.trail().changed(tx, "mesh.update", id, before.generation(), Trail.diff(before.spec(), body.spec()));
        return Answer.ok(MeshView.from(meshes.find(tx, mesh).orElseThrow()));
    }

    private static void requireSame(MeshRow before, MeshWrite.MeshSpec spec) {
        Violations violations = new Violations();
        if (!before.family().equals(spec.family())) {
            violations.body("spec.family", "IMMUTABLE", "was " + before.family() + " and stays: create another mesh");
        }
        if (!before.mode().equals(spec.mode())) {
            violations.body("spec.mode", "IMMUTABLE", "was " + before.mode() + " and stays: create another mesh");
        }
        String trustDomain = Json.read(before.spec(), MeshWrite.MeshSpec.class).trustDomainOrUsual();
        if (before.installations() > 0 && !trustDomain.equals(spec.trustDomainOrUsual())) {
            violations.body(
                    "spec.trustDomain", "IMMUTABLE", "stays " + trustDomain + " while the mesh is installed anywhere");
        }
        violations.throwIfAny();
    }

    private void requireReleased(TenantTx tx, MeshWrite.MeshSpec spec) {
        Violations violations = new Violations();
        Optional<Releases.Release> release = releases.find(tx, spec.family(), spec.version());
        if (release.isEmpty()) {
            violations.body(
                    "spec.version",
                    "UNKNOWN_REFERENCE",
                    "is no uploaded release of " + spec.family() + ": upload its bundle to /mesh-releases first");
        } else if (StreamSupport.stream(release.get().document().path("modes").spliterator(), false)
                .noneMatch(mode -> mode.asText().equals(spec.mode()))) {
            violations.body("spec.mode", "UNKNOWN_VALUE", "is not a mode that release " + spec.version() + " lists");
        }
        violations.throwIfAny();
    }

    @DELETE
    @Path("/{id}")
    @Requires(Permission.MESHES_WRITE)
    @Operation(summary = "Deletes a mesh that is installed nowhere")
    @Raises(ProblemType.STATE_CONFLICT)
    public Response delete(@RestPath String id) {
        UUID mesh = Ids.inPath(Prefix.MESH, id);
        return doors.writes().write(tx -> {
            MeshRow row = current(tx, mesh);
            meshes.delete(tx, mesh);
            doors.trail().done(tx, "mesh.delete", id, Trail.detail().put("name", row.name()));
            return Answer.nothing();
        });
    }
}
