package io.weft.api.policy;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.databind.JsonNode;
import io.weft.api.desired.DesiredState;
import io.weft.api.http.Answer;
import io.weft.api.http.Doors;
import io.weft.api.http.Ids;
import io.weft.api.http.Page;
import io.weft.api.http.PageRequest;
import io.weft.api.http.Paged;
import io.weft.api.http.Permission;
import io.weft.api.http.Positioned;
import io.weft.api.http.Prefix;
import io.weft.api.http.Raises;
import io.weft.api.http.Requires;
import io.weft.api.http.Trail;
import io.weft.kit.id.PublicId;
import io.weft.kit.problem.ProblemType;
import io.weft.kit.tenancy.TenantTx;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.core.UriInfo;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponseSchema;
import org.jboss.resteasy.reactive.RestPath;
import org.jspecify.annotations.Nullable;

/** Probes: calls that show whether a policy is in force, made where its author allowed one. */
@Consumes(MediaType.APPLICATION_JSON)
@Produces(MediaType.APPLICATION_JSON)
@Path("/v1/probes")
class ProbeResource {
    private static final String PROBES = """
            SELECT id, create_time, policy_id, installation_id, document,
                (SELECT i.cluster_id FROM installation i WHERE i.tenant_id = probe.tenant_id AND i.id = installation_id)
                    AS cluster_id
            FROM probe
            """;
    private static final String IN_REACH = """
             in_reach((SELECT i.cluster_id FROM installation i WHERE i.tenant_id = probe.tenant_id AND i.id = installation_id),
                (SELECT p.spec #>> '{target,namespace}' FROM policy p
                    WHERE p.tenant_id = probe.tenant_id AND p.id = policy_id))
            """;
    private static final String RUNS = """
            SELECT id, end_time AS create_time, probe_id, phase, verdict, reason, request, expected, observed, control,
                start_time, end_time FROM probe_run
            """;

    private final Doors doors;

    ProbeResource(Doors doors) {
        this.doors = doors;
    }

    /**
     * A probe as it is answered.
     *
     * @param kind {@code plaintextRefused}, {@code callerRefused} or {@code headerRouteLands}
     * @param expected what an answer must hold, for a route; absent where a refusal is expected
     */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record ProbeView(
            String id,
            Instant createTime,
            String policyId,
            String installationId,
            String kind,
            String url,
            @Nullable JsonNode expected,
            @Nullable RunView lastRun) {}

    /**
     * One run of a probe.
     *
     * @param phase {@code before} the policy applied, where the opposite must show, or {@code after}
     * @param control what the allowed call answered in the same run
     */
    @Schema(name = "ProbeRun")
    public record RunView(
            String id,
            String phase,
            String verdict,
            String reason,
            String request,
            String expected,
            String observed,
            String control,
            Instant startTime,
            Instant endTime) {
        static RunView from(RunRow row) {
            return new RunView(
                    PublicId.format(Prefix.PROBE_RUN, row.id()),
                    row.phase(),
                    row.verdict(),
                    row.reason(),
                    row.request(),
                    row.expected(),
                    row.observed(),
                    row.control(),
                    row.startTime(),
                    row.endTime());
        }
    }

    record ProbeRow(UUID id, Instant createTime, UUID policyId, UUID installationId, JsonNode document, UUID clusterId)
            implements Positioned {}

    record RunRow(
            UUID id,
            Instant createTime,
            UUID probeId,
            String phase,
            String verdict,
            String reason,
            String request,
            String expected,
            String observed,
            String control,
            Instant startTime,
            Instant endTime)
            implements Positioned {}

    @GET
    @Paged
    @Requires(value = Permission.PROBES_READ, scoped = true)
    @Operation(summary = "Lists probes")
    public Page<ProbeView> list(
            UriInfo uri,
            @QueryParam("policyId") @Nullable String policyId,
            @QueryParam("installationId") @Nullable String installationId) {
        UUID policy = Ids.inQuery(Prefix.POLICY, policyId, "policyId");
        UUID installation = Ids.inQuery(Prefix.INSTALLATION, installationId, "installationId");
        return doors.pages().listAll(uri, (tx, page) -> page(tx, page, policy, installation), ProbeResource::views);
    }

    private static List<ProbeRow> page(
            TenantTx tx, PageRequest page, @Nullable UUID policy, @Nullable UUID installation) {
        return tx.list(
                ProbeRow.class,
                PROBES + "WHERE" + IN_REACH + "AND" + PageRequest.AFTER + """
                        AND (?::uuid IS NULL OR policy_id = ?::uuid)
                        AND (?::uuid IS NULL OR installation_id = ?::uuid) ORDER BY create_time, id LIMIT ?
                        """,
                page.afterTime(),
                page.afterTime(),
                page.afterId(),
                policy,
                policy,
                installation,
                installation,
                page.limit());
    }

    private static List<ProbeView> views(TenantTx tx, Collection<ProbeRow> rows) {
        Map<UUID, RunRow> last = tx
                .list(
                        RunRow.class,
                        "SELECT DISTINCT ON (probe_id) * FROM (" + RUNS
                                + ") r WHERE probe_id = ANY (?::uuid[]) ORDER BY probe_id, end_time DESC",
                        rows.stream().map(ProbeRow::id).toList())
                .stream()
                .collect(Collectors.toMap(RunRow::probeId, Function.identity()));
        return rows.stream().map(row -> view(row, last.get(row.id()))).toList();
    }

    private static ProbeView view(ProbeRow row, @Nullable RunRow last) {
        JsonNode document = row.document();
        return new ProbeView(
                PublicId.format(Prefix.PROBE, row.id()),
                row.createTime(),
                PublicId.format(Prefix.POLICY, row.policyId()),
                PublicId.format(Prefix.INSTALLATION, row.installationId()),
                document.path("kind").asText(),
                document.path("url").asText(),
                document.hasNonNull("expect") ? document.path("expect") : null,
                last == null ? null : RunView.from(last));
    }

    private static ProbeRow find(TenantTx tx, UUID id) {
        return tx.first(ProbeRow.class, PROBES + "WHERE id = ? AND" + IN_REACH, id)
                .orElseThrow(Ids::notFound);
    }

    @GET
    @Path("/{id}")
    @Requires(value = Permission.PROBES_READ, scoped = true)
    @Operation(summary = "Reads a probe")
    public ProbeView get(@RestPath String id) {
        UUID probe = Ids.inPath(Prefix.PROBE, id);
        return doors.reads().read(tx -> views(tx, List.of(find(tx, probe))).getFirst());
    }

    @GET
    @Path("/{id}/runs")
    @Paged
    @Requires(value = Permission.PROBES_READ, scoped = true)
    @Operation(summary = "Lists a probe's runs")
    public Page<RunView> runs(UriInfo uri, @RestPath String id) {
        UUID probe = Ids.inPath(Prefix.PROBE, id);
        return doors.pages().list(uri, (tx, page) -> runs(tx, page, probe), RunView::from);
    }

    private static List<RunRow> runs(TenantTx tx, PageRequest page, UUID probe) {
        ProbeRow row = find(tx, probe);
        return tx.list(
                RunRow.class,
                "SELECT * FROM (" + RUNS + ") r WHERE probe_id = ? AND" + PageRequest.AFTER
                        + "ORDER BY create_time, id LIMIT ?",
                row.id(),
                page.afterTime(),
                page.afterTime(),
                page.afterId(),
                page.limit());
    }

    /** The number of the run that was asked for; its result appears among the runs. */
    @Schema(name = "ProbeRunRequest")
    public record RunRequest(long runRequest) {}

    /** Asks for a run now. */
    @POST
    @Path("/{id}/runs")
    @Requires(value = Permission.PROBES_RUN, scoped = true)
    @APIResponseSchema(value = RunRequest.class, responseCode = "202")
    @Operation(summary = "Asks for a run of a probe now")
    @Raises(ProblemType.STATE_CONFLICT)
    public Response run(@RestPath String id) {
        UUID probe = Ids.inPath(Prefix.PROBE, id);
        return doors.writes().post(tx -> {
            ProbeRow row = find(tx, probe);
            long request = tx.first(
                            Long.class,
                            "UPDATE probe SET run_request = run_request + 1 WHERE id = ? RETURNING run_request",
                            probe)
                    .orElseThrow();
            DesiredState.changed(tx, row.clusterId(), "run of " + id + " asked for");
            doors.trail().done(tx, "probe.run", id, Trail.detail().put("runRequest", request));
            return Answer.accepted("probes/" + id + "/runs", new RunRequest(request));
        });
    }
}
