package io.weft.api.mesh;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.weft.api.http.Answer;
import io.weft.api.http.BoundedBody;
import io.weft.api.http.ContentDigest;
import io.weft.api.http.Doors;
import io.weft.api.http.Ids;
import io.weft.api.http.Json;
import io.weft.api.http.Page;
import io.weft.api.http.Paged;
import io.weft.api.http.Permission;
import io.weft.api.http.Prefix;
import io.weft.api.http.Raises;
import io.weft.api.http.Requires;
import io.weft.api.http.Trail;
import io.weft.api.mesh.ReleaseView.ReleaseRow;
import io.weft.kit.id.PublicId;
import io.weft.kit.problem.Problem;
import io.weft.kit.problem.ProblemType;
import io.weft.kit.problem.Violation;
import io.weft.kit.tenancy.TenantTx;
import io.weft.model.release.ReleaseBundle;
import io.weft.model.release.ReleaseDescription;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.DELETE;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.HeaderParam;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.core.UriInfo;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.Semaphore;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponseSchema;
import org.jboss.resteasy.reactive.RestPath;
import org.jspecify.annotations.Nullable;

/** Mesh releases: bundles of charts, uploaded by the organisation and shared with nobody. */
@Consumes(MediaType.APPLICATION_JSON)
@Produces(MediaType.APPLICATION_JSON)
@Path("/v1/mesh-releases")
class ReleaseResource {
    private static final ObjectMapper STRICT = new ObjectMapper();

    private final Releases releases;
    private final Doors doors;
    /** A bundle is held in memory several times over while it is checked; one at a time bounds that. */
    private final Semaphore oneAtATime = new Semaphore(1);

    ReleaseResource(Releases releases, Doors doors) {
        this.releases = releases;
        this.doors = doors;
    }

    @GET
    @Paged
    @Requires(value = Permission.RELEASES_READ, scoped = true)
    @Operation(summary = "Lists mesh releases")
    public Page<ReleaseView> list(UriInfo uri) {
        return doors.pages().list(uri, releases::page, ReleaseView::from);
    }

    @GET
    @Path("/{id}")
    @Requires(value = Permission.RELEASES_READ, scoped = true)
    @APIResponseSchema(ReleaseView.class)
    @Operation(summary = "Reads a mesh release")
    public Response get(@RestPath String id) {
        UUID release = Ids.inPath(Prefix.RELEASE, id);
        return doors.reads().one(tx -> releases.row(tx, release).map(ReleaseView::from));
    }

    /** Uploading the same bundle again answers 200 with the release that is there. */
    @POST
    @Consumes("application/gzip")
    @Requires(Permission.RELEASES_WRITE)
    @APIResponseSchema(value = ReleaseView.class, responseCode = "201")
    @APIResponse(
            responseCode = "200",
            description = "It was there already",
            content =
                    @Content(
                            mediaType = MediaType.APPLICATION_JSON,
                            schema = @Schema(implementation = ReleaseView.class)))
    @Operation(summary = "Uploads a mesh release as a bundle")
    @Raises(ProblemType.NAME_TAKEN)
    public Response upload(@HeaderParam("Content-Digest") @Nullable String contentDigest, InputStream body)
            throws IOException {
        if (!oneAtATime.tryAcquire()) {
            throw Problem.of(ProblemType.UNAVAILABLE, "Another bundle is being uploaded: try again in a few seconds");
        }
        try {
            byte[] bundle = BoundedBody.read(body, ReleaseBundle.MAX_BUNDLE_BYTES);
            String digest = ContentDigest.verify(contentDigest, bundle);
            doors.call().requestBody(bundle);
            ReleaseDescription description = checked(bundle);
            return doors.writes().post(tx -> store(tx, description, digest, bundle));
        } finally {
            oneAtATime.release();
        }
    }

    private static ReleaseDescription checked(byte[] bundle) {
        return switch (ReleaseBundle.read(bundle, ReleaseResource::json)) {
            case ReleaseBundle.Read.Valid valid -> valid.bundle().description();
            case ReleaseBundle.Read.Refused refused ->
                throw Problem.invalid(List.of(Violation.inBody("", refused.code(), refused.reason())));
        };
    }

    private static Map<String, Object> json(byte[] document) {
        try {
            return STRICT.readValue(document, new TypeReference<Map<String, Object>>() {});
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private Answer store(TenantTx tx, ReleaseDescription description, String digest, byte[] bundle) {
        ReleaseRow there =
                releases.row(tx, description.family(), description.version()).orElse(null);
        if (there != null && there.digest().equals(digest)) {
            return Answer.ok(ReleaseView.from(there));
        }
        if (there != null) {
            throw Problem.of(
                            ProblemType.NAME_TAKEN,
                            description.family() + " " + description.version() + " is uploaded with another content, "
                                    + there.digest() + ": delete it first if this one is right")
                    .with("existingId", PublicId.format(Prefix.RELEASE, there.id()));
        }
        UUID id = releases.create(
                tx, description.family(), description.version(), digest, Json.of(description.document()), bundle);
        ReleaseView view = ReleaseView.from(releases.row(tx, id).orElseThrow());
        doors.trail()
                .created(
                        tx,
                        "meshRelease.create",
                        view.id(),
                        Trail.detail().put("name", view.name()).put("digest", digest));
        return Answer.created("mesh-releases", view.id(), view);
    }

    @DELETE
    @Path("/{id}")
    @Requires(Permission.RELEASES_WRITE)
    @Operation(summary = "Deletes a mesh release that nothing runs")
    @Raises(ProblemType.STATE_CONFLICT)
    public Response delete(@RestPath String id) {
        UUID release = Ids.inPath(Prefix.RELEASE, id);
        return doors.writes().write(tx -> {
            ReleaseRow row = releases.row(tx, release).orElseThrow(Ids::notFound);
            doors.tags().requireFirst();
            if (releases.wantedByMesh(tx, row.family(), row.version())) {
                throw Problem.of(ProblemType.STATE_CONFLICT, "A mesh wants this version: set the mesh's version first");
            }
            releases.delete(tx, release);
            doors.trail().done(tx, "meshRelease.delete", id, Trail.detail().put("digest", row.digest()));
            return Answer.nothing();
        });
    }
}
