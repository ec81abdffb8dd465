package io.weft.api.access;

import io.weft.api.http.Answer;
import io.weft.api.http.Doors;
import io.weft.api.http.Ids;
import io.weft.api.http.Json;
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
import io.weft.kit.problem.Problem;
import io.weft.kit.problem.ProblemType;
import io.weft.kit.tenancy.Reach.Scope;
import io.weft.kit.tenancy.TenantTx;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.DELETE;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.core.UriInfo;
import java.time.Duration;
import java.time.Instant;
import java.util.UUID;
import java.util.random.RandomGenerator;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponseSchema;
import org.jboss.resteasy.reactive.RestPath;

/** API keys: issued once, listed without their secret, revoked by DELETE. */
@Consumes(MediaType.APPLICATION_JSON)
@Produces(MediaType.APPLICATION_JSON)
@Path("/v1/api-keys")
class ApiKeyResource {
    private static final Duration LONGEST_LIFE = Duration.ofDays(366);

    private final ApiKeys keys;
    private final ServiceAccounts accounts;
    private final KeyDirectory directory;
    private final RandomGenerator random;
    private final Doors doors;

    ApiKeyResource(
            ApiKeys keys, ServiceAccounts accounts, KeyDirectory directory, RandomGenerator random, Doors doors) {
        this.keys = keys;
        this.accounts = accounts;
        this.directory = directory;
        this.random = random;
        this.doors = doors;
    }

    @GET
    @Paged
    @Requires(Permission.API_KEYS_READ)
    @Operation(summary = "Lists API keys")
    public Page<ApiKeyView> list(UriInfo uri) {
        return doors.pages().list(uri, keys::page, ApiKeyView::from);
    }

    @GET
    @Path("/{id}")
    @Requires(Permission.API_KEYS_READ)
    @APIResponseSchema(ApiKeyView.class)
    @Operation(summary = "Reads an API key, without its secret")
    public Response get(@RestPath String id) {
        UUID key = Ids.inPath(Prefix.API_KEY, id);
        return doors.reads().one(tx -> keys.find(tx, key).map(ApiKeyView::from));
    }

    @POST
    @Requires(Permission.API_KEYS_WRITE)
    @APIResponseSchema(value = ApiKeyView.class, responseCode = "201")
    @Operation(summary = "Issues an API key; its secret is shown this once")
    @Raises({ProblemType.NAME_TAKEN, ProblemType.SECRET_ALREADY_ISSUED})
    public Response create(ApiKeyWrite body) {
        return doors.writes().post(tx -> {
            ApiKeys.NewKey key = checked(tx, body);
            Names.requireFree(keys.named(tx, body.name()), Prefix.API_KEY, body.name());
            CredentialText secret = CredentialText.create(CredentialText.API_KEY, random);
            UUID id = keys.create(tx, key, secret);
            ApiKeyView view = ApiKeyView.from(keys.find(tx, id).orElseThrow());
            doors.trail().created(tx, "apiKey.create", view.id(), Trail.detail().set("spec", Json.of(view.spec())));
            // A dry run stores nothing, so its secret would open nothing: none is shown.
            return Answer.createdWithSecret(
                    "api-keys", view.id(), doors.call().dryRun() ? view : view.withSecret(secret.text()));
        });
    }

    private ApiKeys.NewKey checked(TenantTx tx, ApiKeyWrite body) {
        ApiKeyWrite.ApiKeySpec spec = body.spec();
        Violations violations = new Violations();
        Instant now = tx.now();
        if (!spec.expireTime().isAfter(now) || spec.expireTime().isAfter(now.plus(LONGEST_LIFE))) {
            violations.body("spec.expireTime", "OUT_OF_RANGE", "must be in the future and at most a year from now");
        }
        UUID own = doors.call().caller().owner();
        UUID owner = spec.serviceAccountId() == null
                ? own
                : Ids.reference(
                                Prefix.SERVICE_ACCOUNT,
                                spec.serviceAccountId(),
                                "spec.serviceAccountId",
                                id -> accounts.exists(tx, id),
                                violations)
                        .orElse(own);
        Scope scope = ScopeSpec.read(tx, spec.clusterId(), spec.namespace(), violations);
        violations.throwIfAny();
        return new ApiKeys.NewKey(body.name(), Role.of(spec.role()), owner, scope, spec.expireTime());
    }

    @DELETE
    @Path("/{id}")
    @Requires(Permission.API_KEYS_WRITE)
    @Operation(summary = "Revokes an API key")
    @Raises(ProblemType.STATE_CONFLICT)
    public Response revoke(@RestPath String id) {
        UUID key = Ids.inPath(Prefix.API_KEY, id);
        Response answer = doors.writes().write(tx -> {
            ApiKeyRow row = keys.find(tx, key).orElseThrow(Ids::notFound);
            doors.tags().requireFirst();
            if (row.role().equals("admin") && row.revokeTime() == null && !keys.otherAdmin(tx, key)) {
                throw Problem.of(
                        ProblemType.STATE_CONFLICT,
                        "This is the organisation's last admin key: create another one first");
            }
            keys.revoke(tx, key);
            directory.tellOthers(tx);
            doors.trail().done(tx, "apiKey.revoke", id, Trail.detail());
            return Answer.nothing();
        });
        directory.forget(doors.call().caller().tenant());
        return answer;
    }
}
