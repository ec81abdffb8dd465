package io.weft.api.audit;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.databind.JsonNode;
import io.weft.api.http.Doors;
import io.weft.api.http.Page;
import io.weft.api.http.PageRequest;
import io.weft.api.http.Paged;
import io.weft.api.http.Permission;
import io.weft.api.http.Positioned;
import io.weft.api.http.Prefix;
import io.weft.api.http.Raises;
import io.weft.api.http.Requires;
import io.weft.kit.id.PublicId;
import io.weft.kit.problem.ProblemType;
import io.weft.kit.tenancy.TenantTx;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.core.UriInfo;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.enums.SchemaType;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.jspecify.annotations.Nullable;

/** Who did what, in the order it happened. */
@Produces(MediaType.APPLICATION_JSON)
@Path("/v1/audit-entries")
class AuditResource {
    private final Doors doors;
    private final Verification verification;
    private final Exports exports;

    AuditResource(Doors doors, Verification verification, Exports exports) {
        this.doors = doors;
        this.verification = verification;
        this.exports = exports;
    }

    /**
     * One entry.
     *
     * @param actor id of the key, agent or rollout
     * @param generationBefore and {@code generationAfter}: of the target, where the act changed it
     */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record AuditEntryView(
            String id,
            Instant time,
            String actorKind,
            String actor,
            String action,
            String targetKind,
            String targetId,
            @Nullable Long generationBefore,
            @Nullable Long generationAfter,
            JsonNode detail,
            @Nullable String requestId) {}

    record EntryRow(
            UUID id,
            Instant createTime,
            String actorKind,
            String actor,
            String action,
            String targetKind,
            String targetId,
            @Nullable Long generationBefore,
            @Nullable Long generationAfter,
            JsonNode detail,
            @Nullable String requestId)
            implements Positioned {}

    @GET
    @Paged
    @Requires(Permission.AUDIT_READ)
    @Operation(summary = "Lists audit entries")
    public Page<AuditEntryView> list(
            UriInfo uri,
            @QueryParam("targetId") @Nullable String targetId,
            @QueryParam("actor") @Nullable String actor) {
        return doors.pages().list(uri, (tx, page) -> page(tx, page, targetId, actor), AuditResource::view);
    }

    /** Compares the entries of a range with their seals; {@code knownHead} must still be in the log. */
    @GET
    @Path("/verification")
    @Requires(Permission.AUDIT_READ)
    @Operation(summary = "Compares audit entries with their seals")
    @Raises(ProblemType.PAGE_TOKEN_INVALID)
    public VerificationView verification(
            @QueryParam("from") @Nullable String from,
            @QueryParam("to") @Nullable String to,
            @QueryParam("knownHead") @Nullable String knownHead,
            @QueryParam("pageToken") @Nullable String pageToken) {
        return verification.verify(Times.range(from, to), knownHead, pageToken);
    }

    /**
     * Streams the entries of a range with their seals, as lines of JSON; seals come whole. A path of its own, for it takes
     * no page and answers other lines than the list has items.
     */
    @GET
    @Path("/export")
    @Produces(Exports.LINES)
    @Requires(Permission.AUDIT_READ)
    @Operation(summary = "Exports audit entries with their seals")
    @APIResponse(
            responseCode = "200",
            description = "A document per line; the last one begins with {\"end\":true, else it is not whole",
            content = @Content(mediaType = Exports.LINES, schema = @Schema(type = SchemaType.STRING)))
    public Response export(@QueryParam("from") @Nullable String from, @QueryParam("to") @Nullable String to) {
        return exports.answer(doors.call().caller().tenant(), Times.range(from, to));
    }

    private static List<EntryRow> page(
            TenantTx tx, PageRequest page, @Nullable String targetId, @Nullable String actor) {
        return tx.list(
                EntryRow.class,
                """
                SELECT id, time AS create_time, actor_kind, actor, action, target_kind, target_id, generation_before,
                    generation_after, detail, request_id
                FROM audit_entry
                WHERE (?::timestamptz IS NULL OR (time, id) > (?::timestamptz, ?::uuid))
                    AND (?::text IS NULL OR target_id = ?::text) AND (?::text IS NULL OR actor = ?::text)
                ORDER BY time, id LIMIT ?
                """,
                page.afterTime(),
                page.afterTime(),
                page.afterId(),
                targetId,
                targetId,
                actor,
                actor,
                page.limit());
    }

    private static AuditEntryView view(EntryRow row) {
        return new AuditEntryView(
                PublicId.format(Prefix.AUDIT_ENTRY, row.id()),
                row.createTime(),
                row.actorKind(),
                row.actor(),
                row.action(),
                row.targetKind(),
                row.targetId(),
                row.generationBefore(),
                row.generationAfter(),
                row.detail(),
                row.requestId());
    }
}
