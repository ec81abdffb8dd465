package io.weft.api.access;

import io.weft.api.access.RoleBindingView.RoleBindingRow;
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
import io.weft.api.http.Role;
import io.weft.api.http.Trail;
import io.weft.api.http.Violations;
import io.weft.kit.id.PublicId;
import io.weft.kit.problem.Problem;
import io.weft.kit.problem.ProblemType;
import io.weft.kit.tenancy.Reach.Scope;
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
import java.time.Instant;
import java.util.UUID;
import java.util.function.Function;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponseSchema;
import org.jboss.resteasy.reactive.RestPath;
import org.jspecify.annotations.Nullable;

/** Role bindings. Nobody binds a role that gives more than they have in that place. */
@Consumes(MediaType.APPLICATION_JSON)
@Produces(MediaType.APPLICATION_JSON)
@Path("/v1/role-bindings")
class RoleBindingResource {
    private final RoleBindings bindings;
    private final ServiceAccounts accounts;
    private final KeyDirectory directory;
    private final Doors doors;

    RoleBindingResource(RoleBindings bindings, ServiceAccounts accounts, KeyDirectory directory, Doors doors) {
        this.bindings = bindings;
        this.accounts = accounts;
        this.directory = directory;
        this.doors = doors;
    }

    @GET
    @Paged
    @Requires(value = Permission.ROLE_BINDINGS_READ, scoped = true)
    @Operation(summary = "Lists role bindings")
    public Page<RoleBindingView> list(
            UriInfo uri,
            @QueryParam("serviceAccountId") @Nullable String serviceAccountId,
            @QueryParam("clusterId") @Nullable String clusterId) {
        UUID account = Ids.inQuery(Prefix.SERVICE_ACCOUNT, serviceAccountId, "serviceAccountId");
        UUID cluster = Ids.inQuery(Prefix.CLUSTER, clusterId, "clusterId");
        return doors.pages().list(uri, (tx, page) -> bindings.page(tx, page, account, cluster), RoleBindingView::from);
    }

    @GET
    @Path("/{id}")
    @Requires(value = Permission.ROLE_BINDINGS_READ, scoped = true)
    @APIResponseSchema(RoleBindingView.class)
    @Operation(summary = "Reads a role binding")
    public Response get(@RestPath String id) {
        UUID binding = Ids.inPath(Prefix.ROLE_BINDING, id);
        return doors.reads().one(tx -> bindings.find(tx, binding).map(RoleBindingView::from));
    }

    @POST
    @Requires(value = Permission.ROLE_BINDINGS_WRITE, scoped = true)
    @APIResponseSchema(value = RoleBindingView.class, responseCode = "201")
    @Operation(summary = "Binds a role to a service account")
    @Raises({ProblemType.NAME_TAKEN, ProblemType.STATE_CONFLICT})
    public Response create(RoleBindingWrite body) {
        Response answer = doors.writes().post(tx -> {
            Violations violations = new Violations();
            Scope scope = scope(tx, body, violations);
            UUID account = Ids.reference(
                            Prefix.SERVICE_ACCOUNT,
                            body.spec().serviceAccountId(),
                            "spec.serviceAccountId",
                            id -> accounts.exists(tx, id),
                            violations)
                    .orElse(tx.tenant().value());
            violations.throwIfAny();
            requireHeld(Role.of(body.spec().role()), scope);
            Names.requireFree(bindings.named(tx, body.name()), Prefix.ROLE_BINDING, body.name());
            UUID id = bindings.create(
                    tx,
                    body.name(),
                    body.labels(),
                    account,
                    Role.of(body.spec().role()),
                    scope,
                    body.spec().expireTime());
            directory.tellOthers(tx);
            RoleBindingView view = RoleBindingView.from(bindings.find(tx, id).orElseThrow());
            doors.trail()
                    .created(tx, "roleBinding.create", view.id(), Trail.detail().set("spec", Json.of(view.spec())));
            return Answer.created("role-bindings", view.id(), view);
        });
        directory.forget(doors.call().caller().tenant());
        return answer;
    }

    private static Scope scope(TenantTx tx, RoleBindingWrite body, Violations violations) {
        Scope scope = ScopeSpec.read(tx, body.spec().clusterId(), body.spec().namespace(), violations);
        Instant end = body.spec().expireTime();
        if (end != null && !end.isAfter(tx.now())) {
            violations.body("spec.expireTime", "OUT_OF_RANGE", "must be in the future");
        }
        return scope;
    }

    private void requireHeld(Role role, Scope scope) {
        if (!doors.call().caller().grants().include(role, scope)) {
            throw Problem.of(
                            ProblemType.PERMISSION_MISSING,
                            "The role " + role.text() + " gives more in that place than the caller has there")
                    .with("permission", Permission.ROLE_BINDINGS_WRITE.text());
        }
    }

    @PUT
    @Path("/{id}")
    @Requires(value = Permission.ROLE_BINDINGS_WRITE, scoped = true)
    @APIResponseSchema(RoleBindingView.class)
    @Operation(summary = "Replaces a role binding's name, labels, role, place and end")
    @Raises({ProblemType.NAME_TAKEN, ProblemType.STATE_CONFLICT})
    public Response replace(@RestPath String id, RoleBindingWrite body) {
        UUID binding = Ids.inPath(Prefix.ROLE_BINDING, id);
        return changing(tx -> rewritten(tx, current(tx, binding), body));
    }

    @PATCH
    @Path("/{id}")
    @Consumes(MergePatch.MEDIA_TYPE)
    @Requires(value = Permission.ROLE_BINDINGS_WRITE, scoped = true)
    @APIResponseSchema(RoleBindingView.class)
    @Operation(summary = "Changes parts of a role binding")
    @Raises({ProblemType.NAME_TAKEN, ProblemType.STATE_CONFLICT})
    public Response patch(@RestPath String id, MergePatch body) {
        UUID binding = Ids.inPath(Prefix.ROLE_BINDING, id);
        return changing(tx -> {
            RoleBindingRow before = current(tx, binding);
            return rewritten(tx, before, body.appliedTo(RoleBindingView.from(before), RoleBindingWrite.class));
        });
    }

    private Answer rewritten(TenantTx tx, RoleBindingRow before, RoleBindingWrite body) {
        Violations violations = new Violations();
        String account = before.spec().serviceAccountId();
        if (!account.equals(body.spec().serviceAccountId())) {
            violations.body("spec.serviceAccountId", "IMMUTABLE", "stays " + account + ": create another binding");
        }
        Scope scope = scope(tx, body, violations);
        violations.throwIfAny();
        requireHeld(Role.of(body.spec().role()), scope);
        UUID id = before.id();
        Names.requireFreeFor(id, bindings.named(tx, body.name()), Prefix.ROLE_BINDING, body.name());
        bindings.update(tx, id, body, scope);
        bindings.requireAdminLeft(tx);
        RoleBindingView after = RoleBindingView.from(bindings.find(tx, id).orElseThrow());
        doors.trail()
                .changed(
                        tx,
                        "roleBinding.update",
                        after.id(),
                        before.generation(),
                        Trail.diff(Json.of(before.spec()), after.spec()));
        return Answer.ok(after);
    }

    @DELETE
    @Path("/{id}")
    @Requires(value = Permission.ROLE_BINDINGS_WRITE, scoped = true)
    @Operation(summary = "Takes a role away")
    @Raises(ProblemType.STATE_CONFLICT)
    public Response delete(@RestPath String id) {
        UUID binding = Ids.inPath(Prefix.ROLE_BINDING, id);
        return changing(tx -> {
            RoleBindingRow row = current(tx, binding);
            bindings.delete(tx, binding);
            bindings.requireAdminLeft(tx);
            doors.trail()
                    .done(
                            tx,
                            "roleBinding.delete",
                            PublicId.format(Prefix.ROLE_BINDING, binding),
                            Trail.detail().set("spec", Json.of(row.spec())));
            return Answer.nothing();
        });
    }

    private RoleBindingRow current(TenantTx tx, UUID binding) {
        bindings.lockAdmins(tx);
        RoleBindingRow row = bindings.lock(tx, binding).orElseThrow(Ids::notFound);
        doors.tags().requireCurrent(row.generation());
        requireHeld(row.boundRole(), row.scope());
        return row;
    }

    private Response changing(Function<TenantTx, Answer> effect) {
        Response answer = doors.writes().write(tx -> {
            Answer done = effect.apply(tx);
            directory.tellOthers(tx);
            return done;
        });
        directory.forget(doors.call().caller().tenant());
        return answer;
    }
}
