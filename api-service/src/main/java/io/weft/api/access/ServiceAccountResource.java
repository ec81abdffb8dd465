package io.weft.api.access;

import io.weft.api.access.ServiceAccountView.ServiceAccountRow;
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
import java.util.UUID;
import java.util.function.Function;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponseSchema;
import org.jboss.resteasy.reactive.RestPath;
import org.jspecify.annotations.Nullable;

/** Service accounts: who holds API keys when no person does. */
@Consumes(MediaType.APPLICATION_JSON)
@Produces(MediaType.APPLICATION_JSON)
@Path("/v1/service-accounts")
class ServiceAccountResource {
    private final ServiceAccounts accounts;
    private final RoleBindings bindings;
    private final KeyDirectory directory;
    private final Doors doors;

    ServiceAccountResource(ServiceAccounts accounts, RoleBindings bindings, KeyDirectory directory, Doors doors) {
        this.accounts = accounts;
        this.bindings = bindings;
        this.directory = directory;
        this.doors = doors;
    }

    @GET
    @Paged
    @Requires(value = Permission.SERVICE_ACCOUNTS_READ, scoped = true)
    @Operation(summary = "Lists service accounts")
    public Page<ServiceAccountView> list(UriInfo uri, @QueryParam("labelSelector") @Nullable String labelSelector) {
        SelectorSql selector = SelectorSql.of(labelSelector);
        return doors.pages().list(uri, (tx, page) -> accounts.page(tx, page, selector), ServiceAccountView::from);
    }

    @GET
    @Path("/{id}")
    @Requires(value = Permission.SERVICE_ACCOUNTS_READ, scoped = true)
    @APIResponseSchema(ServiceAccountView.class)
    @Operation(summary = "Reads a service account")
    public Response get(@RestPath String id) {
        UUID account = Ids.inPath(Prefix.SERVICE_ACCOUNT, id);
        return doors.reads().one(tx -> accounts.find(tx, account).map(ServiceAccountView::from));
    }

    @POST
    @Requires(Permission.SERVICE_ACCOUNTS_WRITE)
    @APIResponseSchema(value = ServiceAccountView.class, responseCode = "201")
    @Operation(summary = "Creates a service account, which may do nothing before a role is bound to it")
    @Raises(ProblemType.NAME_TAKEN)
    public Response create(ServiceAccountWrite body) {
        return doors.writes().post(tx -> {
            Names.requireFree(accounts.named(tx, body.name()), Prefix.SERVICE_ACCOUNT, body.name());
            UUID id = accounts.create(tx, body);
            ServiceAccountView view =
                    ServiceAccountView.from(accounts.find(tx, id).orElseThrow());
            doors.trail()
                    .created(
                            tx,
                            "serviceAccount.create",
                            view.id(),
                            Trail.detail().set("spec", Json.of(view.spec())));
            return Answer.created("service-accounts", view.id(), view);
        });
    }

    @PUT
    @Path("/{id}")
    @Requires(Permission.SERVICE_ACCOUNTS_WRITE)
    @APIResponseSchema(ServiceAccountView.class)
    @Operation(summary = "Replaces a service account's name, labels and spec")
    @Raises({ProblemType.NAME_TAKEN, ProblemType.STATE_CONFLICT})
    public Response replace(@RestPath String id, ServiceAccountWrite body) {
        UUID account = Ids.inPath(Prefix.SERVICE_ACCOUNT, id);
        return changing(tx -> rewritten(tx, current(tx, account), body));
    }

    @PATCH
    @Path("/{id}")
    @Consumes(MergePatch.MEDIA_TYPE)
    @Requires(Permission.SERVICE_ACCOUNTS_WRITE)
    @APIResponseSchema(ServiceAccountView.class)
    @Operation(summary = "Changes parts of a service account")
    @Raises({ProblemType.NAME_TAKEN, ProblemType.STATE_CONFLICT})
    public Response patch(@RestPath String id, MergePatch body) {
        UUID account = Ids.inPath(Prefix.SERVICE_ACCOUNT, id);
        return changing(tx -> {
            ServiceAccountRow before = current(tx, account);
            return rewritten(tx, before, body.appliedTo(ServiceAccountView.from(before), ServiceAccountWrite.class));
        });
    }

    private Answer rewritten(TenantTx tx, ServiceAccountRow before, ServiceAccountWrite body) {
        UUID account = before.id();
        Names.requireFreeFor(account, accounts.named(tx, body.name()), Prefix.SERVICE_ACCOUNT, body.name());
        accounts.update(tx, account, body);
        bindings.requireAdminLeft(tx);
        ServiceAccountView after =
                ServiceAccountView.from(accounts.find(tx, account).orElseThrow());
        doors.trail()
                .changed(
                        tx,
                        "serviceAccount.update",
                        after.id(),
                        before.generation(),
                        Trail.diff(Json.of(ServiceAccountView.from(before).spec()), after.spec()));
        return Answer.ok(after);
    }

    @DELETE
    @Path("/{id}")
    @Requires(Permission.SERVICE_ACCOUNTS_WRITE)
    @Operation(summary = "Deletes a service account with its role bindings and API keys")
    @Raises(ProblemType.STATE_CONFLICT)
    public Response delete(@RestPath String id) {
        UUID account = Ids.inPath(Prefix.SERVICE_ACCOUNT, id);
        return changing(tx -> {
            ServiceAccountRow row = current(tx, account);
            accounts.delete(tx, account);
            bindings.requireAdminLeft(tx);
            doors.trail()
                    .done(
                            tx,
                            "serviceAccount.delete",
                            PublicId.format(Prefix.SERVICE_ACCOUNT, account),
                            Trail.detail().put("name", row.name()));
            return Answer.nothing();
        });
    }

    private ServiceAccountRow current(TenantTx tx, UUID account) {
        bindings.lockAdmins(tx);
        ServiceAccountRow row = accounts.lock(tx, account).orElseThrow(Ids::notFound);
        doors.tags().requireCurrent(row.generation());
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
