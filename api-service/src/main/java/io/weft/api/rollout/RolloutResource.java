package io.weft.api.rollout;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.databind.JsonNode;
import io.weft.api.http.Answer;
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
import io.weft.api.rollout.RolloutView.RolloutRow;
import io.weft.api.rollout.RolloutView.TargetView;
import io.weft.api.rollout.Rollouts.CommandRow;
import io.weft.kit.id.PublicId;
import io.weft.kit.problem.Problem;
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
import java.util.List;
import java.util.UUID;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponseSchema;
import org.jboss.resteasy.reactive.RestPath;
import org.jspecify.annotations.Nullable;

/** Rollouts: a version through an installation, wave by wave, judged by gates. */
@Consumes(MediaType.APPLICATION_JSON)
@Produces(MediaType.APPLICATION_JSON)
@Path("/v1/rollouts")
class RolloutResource {
    private static final int NAMED = 10;

    private final Rollouts rollouts;
    private final RolloutPlan plan;
    private final Doors doors;

    RolloutResource(Rollouts rollouts, RolloutPlan plan, Doors doors) {
        this.rollouts = rollouts;
        this.plan = plan;
        this.doors = doors;
    }

    @GET
    @Paged
    @Requires(value = Permission.ROLLOUTS_READ, scoped = true)
    @Operation(summary = "Lists rollouts")
    public Page<RolloutView> list(
            UriInfo uri,
            @QueryParam("installationId") @Nullable String installationId,
            @QueryParam("clusterId") @Nullable String clusterId,
            @QueryParam("phase") @Nullable String phase) {
        UUID installation = Ids.inQuery(Prefix.INSTALLATION, installationId, "installationId");
        UUID cluster = Ids.inQuery(Prefix.CLUSTER, clusterId, "clusterId");
        return doors.pages()
                .listAll(
                        uri,
                        (tx, page) -> rollouts.page(tx, page, installation, cluster, phase),
                        (tx, rows) ->
                                rows.stream().map(row -> rollouts.view(tx, row)).toList());
    }

    @GET
    @Path("/{id}")
    @Requires(value = Permission.ROLLOUTS_READ, scoped = true)
    @APIResponseSchema(RolloutView.class)
    @Operation(summary = "Reads a rollout")
    public Response get(@RestPath String id) {
        UUID rollout = Ids.inPath(Prefix.ROLLOUT, id);
        return doors.reads().one(tx -> rollouts.view(tx, rollout));
    }

    @POST
    @Requires(value = Permission.ROLLOUTS_WRITE, scoped = true)
    @APIResponseSchema(value = RolloutView.class, responseCode = "202")
    @Operation(summary = "Starts a rollout")
    @Raises({ProblemType.STATE_CONFLICT, ProblemType.NO_UPGRADE_PATH})
    public Response create(RolloutWrite body) {
        return doors.writes().post(tx -> {
            RolloutPlan.Checked checked = plan.check(tx, body.spec());
            UUID id = rollouts.create(tx, body.spec(), checked);
            RolloutView view = rollouts.view(tx, id).orElseThrow();
            doors.trail()
                    .created(tx, "rollout.create", view.id(), Trail.detail().set("spec", Json.of(body.spec())));
            return Answer.accepted("rollouts/" + view.id(), view);
        });
    }

    /** A wave of the plan. */
    @Schema(name = "RolloutWave")
    public record WaveView(int position, String name, JsonNode spec, List<TargetView> targets) {}

    /** The waves in their order. */
    @Schema(name = "RolloutWaveList")
    public record WaveList(List<WaveView> items) {}

    @GET
    @Path("/{id}/waves")
    @Requires(value = Permission.ROLLOUTS_READ, scoped = true)
    @Operation(summary = "A rollout's waves")
    public WaveList waves(@RestPath String id) {
        UUID rollout = Ids.inPath(Prefix.ROLLOUT, id);
        return doors.reads().read(tx -> {
            RolloutRow row = find(tx, rollout);
            List<TargetView> targets = rollouts.targets(tx, row.id());
            return new WaveList(rollouts.waves(tx, row.id()).stream()
                    .map(wave -> new WaveView(
                            wave.position(),
                            wave.name(),
                            wave.spec(),
                            targets.stream()
                                    .filter(target -> target.wave().equals(wave.name()))
                                    .toList()))
                    .toList());
        });
    }

    /** Every namespace, and the control plane's own steps. */
    @Schema(name = "RolloutTargetList")
    public record TargetList(List<TargetView> items) {}

    @GET
    @Path("/{id}/targets")
    @Requires(value = Permission.ROLLOUTS_READ, scoped = true)
    @Operation(summary = "A rollout's steps in each cluster and namespace")
    public TargetList targets(@RestPath String id) {
        UUID rollout = Ids.inPath(Prefix.ROLLOUT, id);
        return doors.reads()
                .read(tx ->
                        new TargetList(rollouts.targets(tx, find(tx, rollout).id())));
    }

    /** Why the rollout did what it did: with these inputs the decision can be made again. */
    @Schema(name = "RolloutDecision")
    public record DecisionView(String decision, String reason, String message, JsonNode inputs, Instant time) {}

    /** The newest 500, newest first. */
    @Schema(name = "RolloutDecisionList")
    public record DecisionList(List<DecisionView> items) {}

    @GET
    @Path("/{id}/decisions")
    @Requires(value = Permission.ROLLOUTS_READ, scoped = true)
    @Operation(summary = "What a rollout decided, and why")
    public DecisionList decisions(@RestPath String id) {
        UUID rollout = Ids.inPath(Prefix.ROLLOUT, id);
        return doors.reads()
                .read(tx -> new DecisionList(
                        rollouts.decisions(tx, find(tx, rollout).id()).stream()
                                .map(row -> new DecisionView(
                                        row.decision(), row.reason(), row.message(), row.inputs(), row.time()))
                                .toList()));
    }

    /**
     * An intervention.
     *
     * @param takeTime when the orchestrator took it into a decision, absent before
     */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    @Schema(name = "RolloutCommand")
    public record CommandView(
            String id,
            String command,
            String reason,
            String author,
            Instant time,
            @Nullable Instant takeTime) {
        static CommandView from(CommandRow row) {
            return new CommandView(
                    PublicId.format(Prefix.ROLLOUT_COMMAND, row.id()),
                    row.command(),
                    row.reason(),
                    row.author(),
                    row.time(),
                    row.takeTime());
        }
    }

    /** The newest 500, newest first. */
    @Schema(name = "RolloutCommandList")
    public record CommandList(List<CommandView> items) {}

    @GET
    @Path("/{id}/commands")
    @Requires(value = Permission.ROLLOUTS_READ, scoped = true)
    @Operation(summary = "Commands given to a rollout")
    public CommandList commands(@RestPath String id) {
        UUID rollout = Ids.inPath(Prefix.ROLLOUT, id);
        return doors.reads()
                .read(tx ->
                        new CommandList(rollouts.commands(tx, find(tx, rollout).id()).stream()
                                .map(CommandView::from)
                                .toList()));
    }

    @POST
    @Path("/{id}/commands")
    @Requires(value = Permission.ROLLOUTS_WRITE, scoped = true)
    @APIResponseSchema(value = CommandView.class, responseCode = "202")
    @Operation(summary = "Gives a rollout a command")
    @Raises(ProblemType.STATE_CONFLICT)
    public Response command(@RestPath String id, CommandWrite body) {
        UUID rollout = Ids.inPath(Prefix.ROLLOUT, id);
        return doors.writes().post(tx -> {
            RolloutRow row = find(tx, rollout);
            requirePossible(tx, row, body.command());
            String author = doors.call().caller().principal();
            UUID command = rollouts.command(tx, rollout, body.command(), body.reason(), author);
            doors.trail()
                    .done(tx, "rollout." + body.command(), id, Trail.detail().put("reason", body.reason()));
            CommandRow stored = rollouts.commands(tx, rollout).stream()
                    .filter(each -> each.id().equals(command))
                    .findFirst()
                    .orElseThrow();
            return Answer.accepted("rollouts/" + id + "/commands", CommandView.from(stored));
        });
    }

    private void requirePossible(TenantTx tx, RolloutRow row, String command) {
        if (row.ended()) {
            throw Problem.of(ProblemType.STATE_CONFLICT, "The rollout is " + row.phase() + " and takes no command");
        }
        if (command.equals("approve") && !row.phase().equals("waitingApproval")) {
            throw Problem.of(
                    ProblemType.STATE_CONFLICT, "The rollout is " + row.phase() + ": nothing waits for approval");
        }
        if (command.equals("complete")) {
            List<String> old = rollouts.stillOn(tx, row);
            if (!old.isEmpty()) {
                throw Problem.of(
                        ProblemType.STATE_CONFLICT,
                        "Still on " + row.fromVersion() + ": "
                                + String.join(", ", old.subList(0, Math.min(NAMED, old.size())))
                                + (old.size() > NAMED ? " and " + (old.size() - NAMED) + " more" : "")
                                + "; let the waves end first");
            }
        }
    }

    private RolloutRow find(TenantTx tx, UUID rollout) {
        return rollouts.find(tx, rollout).orElseThrow(Ids::notFound);
    }
}
