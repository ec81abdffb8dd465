package io.weft.api.policy;

import com.fasterxml.jackson.databind.JsonNode;
import io.weft.api.http.Answer;
import io.weft.api.http.Doors;
import io.weft.api.http.Ids;
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
import io.weft.api.policy.PolicyView.PolicyRow;
import io.weft.api.policy.PolicyView.TargetRow;
import io.weft.api.policy.PolicyView.TargetView;
import io.weft.api.policy.Targets.Place;
import io.weft.kit.id.PublicId;
import io.weft.kit.id.UuidV7;
import io.weft.kit.problem.Problem;
import io.weft.kit.problem.ProblemType;
import io.weft.kit.tenancy.TenantTx;
import io.weft.model.policy.PolicySpec;
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
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Collectors;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponseSchema;
import org.jboss.resteasy.reactive.RestPath;
import org.jspecify.annotations.Nullable;

/** Policies. */
@Consumes(MediaType.APPLICATION_JSON)
@Produces(MediaType.APPLICATION_JSON)
@Path("/v1/policies")
class PolicyResource {
    private final Policies policies;
    private final Targeting targeting;
    private final Doors doors;

    PolicyResource(Policies policies, Targeting targeting, Doors doors) {
        this.policies = policies;
        this.targeting = targeting;
        this.doors = doors;
    }

    @GET
    @Paged
    @Requires(value = Permission.POLICIES_READ, scoped = true)
    @Operation(summary = "Lists policies")
    public Page<PolicyView> list(
            UriInfo uri,
            @QueryParam("kind") @Nullable String kind,
            @QueryParam("clusterId") @Nullable String clusterId,
            @QueryParam("labelSelector") @Nullable String labelSelector) {
        UUID cluster = Ids.inQuery(Prefix.CLUSTER, clusterId, "clusterId");
        SelectorSql selector = SelectorSql.of(labelSelector);
        return doors.pages().listAll(uri, (tx, page) -> policies.page(tx, page, kind, cluster, selector), this::views);
    }

    private List<PolicyView> views(TenantTx tx, List<PolicyRow> rows) {
        Map<UUID, List<TargetRow>> targets = policies
                .targets(tx, rows.stream().map(PolicyRow::id).toList())
                .stream()
                .collect(Collectors.groupingBy(TargetRow::policyId));
        return rows.stream()
                .map(row -> PolicyView.from(row, targets.getOrDefault(row.id(), List.of())))
                .toList();
    }

    @GET
    @Path("/{id}")
    @Requires(value = Permission.POLICIES_READ, scoped = true)
    @APIResponseSchema(PolicyView.class)
    @Operation(summary = "Reads a policy")
    public Response get(@RestPath String id) {
        UUID policy = Ids.inPath(Prefix.POLICY, id);
        return doors.reads().one(tx -> policies.view(tx, policy));
    }

    /** Every target of a policy. */
    @Schema(name = "PolicyTargetList")
    public record TargetList(List<TargetView> items) {}

    @GET
    @Path("/{id}/targets")
    @Requires(value = Permission.POLICIES_READ, scoped = true)
    @Operation(summary = "A policy's state and proof in every target")
    public TargetList targets(@RestPath String id) {
        UUID policy = Ids.inPath(Prefix.POLICY, id);
        return doors.reads().read(tx -> {
            requireThere(tx, policy);
            return new TargetList(policies.targets(tx, List.of(policy)).stream()
                    .map(TargetView::from)
                    .toList());
        });
    }

    /** One text of a policy: who wrote it, when. */
    @Schema(name = "PolicyRevision")
    public record RevisionView(long generation, JsonNode spec, String author, Instant time) {}

    /** The newest 200 texts, newest first. */
    @Schema(name = "PolicyRevisionList")
    public record RevisionList(List<RevisionView> items) {}

    @GET
    @Path("/{id}/revisions")
    @Requires(value = Permission.POLICIES_READ, scoped = true)
    @Operation(summary = "A policy's earlier texts")
    public RevisionList revisions(@RestPath String id) {
        UUID policy = Ids.inPath(Prefix.POLICY, id);
        return doors.reads().read(tx -> {
            requireThere(tx, policy);
            return new RevisionList(policies.revisions(tx, policy).stream()
                    .map(row -> new RevisionView(row.generation(), row.spec(), row.author(), row.time()))
                    .toList());
        });
    }

    private void requireThere(TenantTx tx, UUID policy) {
        if (policies.find(tx, policy).isEmpty()) {
            throw Ids.notFound();
        }
    }

    @POST
    @Requires(value = Permission.POLICIES_WRITE, scoped = true)
    @APIResponseSchema(value = PolicyView.class, responseCode = "201")
    @Operation(summary = "Creates a policy and puts it in force")
    @Raises({ProblemType.NAME_TAKEN, ProblemType.POLICY_NOT_EXPRESSIBLE})
    public Response create(PolicyWrite body) {
        return doors.writes().post(tx -> {
            PolicySpec spec = body.read();
            PolicyScope.require(doors.call(), spec.target());
            UUID id = UuidV7.next();
            List<Place> places = targeting.check(tx, id, body.name(), 1, spec);
            Names.requireFree(policies.named(tx, body.name()), Prefix.POLICY, body.name());
            policies.create(tx, id, body, doors.call().caller().principal());
            targeting.deliver(tx, id, body.name(), 1, spec, places);
            PolicyView view = policies.view(tx, id).orElseThrow();
            doors.trail().created(tx, "policy.create", view.id(), Trail.detail().set("spec", body.spec()));
            return Answer.created("policies", view.id(), view);
        });
    }

    @PUT
    @Path("/{id}")
    @Requires(value = Permission.POLICIES_WRITE, scoped = true)
    @APIResponseSchema(PolicyView.class)
    @Operation(summary = "Replaces a policy's name, labels and spec")
    @Raises({ProblemType.NAME_TAKEN, ProblemType.STATE_CONFLICT, ProblemType.POLICY_NOT_EXPRESSIBLE})
    public Response replace(@RestPath String id, PolicyWrite body) {
        UUID policy = Ids.inPath(Prefix.POLICY, id);
        return doors.writes().write(tx -> rewritten(tx, current(tx, policy), body));
    }

    @PATCH
    @Path("/{id}")
    @Consumes(MergePatch.MEDIA_TYPE)
    @Requires(value = Permission.POLICIES_WRITE, scoped = true)
    @APIResponseSchema(PolicyView.class)
    @Operation(summary = "Changes parts of a policy")
    @Raises({ProblemType.NAME_TAKEN, ProblemType.STATE_CONFLICT, ProblemType.POLICY_NOT_EXPRESSIBLE})
    public Response patch(@RestPath String id, MergePatch body) {
        UUID policy = Ids.inPath(Prefix.POLICY, id);
        return doors.writes().write(tx -> {
            PolicyRow before = current(tx, policy);
            PolicyView answered = policies.view(tx, policy).orElseThrow();
            return rewritten(tx, before, body.appliedTo(answered, PolicyWrite.class));
        });
    }

    private PolicyRow current(TenantTx tx, UUID policy) {
        PolicyRow row = policies.lock(tx, policy).orElseThrow(Ids::notFound);
        PolicyScope.require(
                doors.call(), PolicyWrite.read(row.kind(), row.spec()).target());
        doors.tags().requireCurrent(row.generation());
        return row;
    }

    private Answer rewritten(TenantTx tx, PolicyRow before, PolicyWrite body) {
        UUID policy = before.id();
        requireChangeable(before, body);
        PolicySpec spec = body.read();
        PolicyScope.require(doors.call(), spec.target());
        long generation = before.generation() + 1;
        List<Place> places = targeting.check(tx, policy, body.name(), generation, spec);
        Names.requireFreeFor(policy, policies.named(tx, body.name()), Prefix.POLICY, body.name());
        policies.update(tx, policy, body, generation, doors.call().caller().principal());
        targeting.deliver(tx, policy, body.name(), generation, spec, places);
        String id = PublicId.format(Prefix.POLICY, policy);
        doors.trail().changed(tx, "policy.update", id, before.generation(), Trail.diff(before.spec(), body.spec()));
        return Answer.ok(policies.view(tx, policy).orElseThrow());
    }

    private static void requireChangeable(PolicyRow before, PolicyWrite body) {
        if (before.deleteTime() != null) {
            throw Problem.of(ProblemType.STATE_CONFLICT, "The policy is being removed: create it anew once it is gone");
        }
        Violations violations = new Violations();
        if (!before.kind().equals(body.kind())) {
            violations.body("kind", "IMMUTABLE", "stays " + before.kind() + ": create another policy");
        }
        violations.throwIfAny();
    }

    /** 202 while clusters prune its objects, after which it is gone; 204 when it was in no cluster. */
    @DELETE
    @Path("/{id}")
    @Requires(value = Permission.POLICIES_WRITE, scoped = true)
    @Operation(summary = "Removes a policy from every cluster")
    @APIResponseSchema(value = PolicyView.class, responseCode = "202")
    public Response delete(@RestPath String id) {
        UUID policy = Ids.inPath(Prefix.POLICY, id);
        return doors.writes().write(tx -> {
            PolicyRow row = current(tx, policy);
            boolean already = row.deleteTime() != null;
            if (!already) {
                doors.trail().done(tx, "policy.delete", id, Trail.detail().put("name", row.name()));
            }
            boolean pruning = already || targeting.remove(tx, policy, row.name());
            return pruning
                    ? Answer.accepted(
                            "policies/" + id, policies.view(tx, policy).orElseThrow())
                    : Answer.nothing();
        });
    }
}
