package io.weft.api.cluster;

import io.weft.api.access.CredentialText;
import io.weft.api.http.Answer;
import io.weft.api.http.Doors;
import io.weft.api.http.Ids;
import io.weft.api.http.Page;
import io.weft.api.http.Paged;
import io.weft.api.http.Permission;
import io.weft.api.http.Prefix;
import io.weft.api.http.Raises;
import io.weft.api.http.Requires;
import io.weft.api.http.Trail;
import io.weft.api.http.Violations;
import io.weft.kit.problem.ProblemType;
import io.weft.kit.tenancy.TenantTx;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.DELETE;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.core.UriInfo;
import java.util.Optional;
import java.util.UUID;
import java.util.random.RandomGenerator;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponseSchema;
import org.jboss.resteasy.reactive.RestPath;
import org.jspecify.annotations.Nullable;

/** Enrolment tokens: one cluster, minutes long, used once; of several outstanding the first use wins. */
@Consumes(MediaType.APPLICATION_JSON)
@Produces(MediaType.APPLICATION_JSON)
@Path("/v1/enrolment-tokens")
class TokenResource {
    private final Tokens tokens;
    private final Clusters clusters;
    private final RandomGenerator random;
    private final Doors doors;

    TokenResource(Tokens tokens, Clusters clusters, RandomGenerator random, Doors doors) {
        this.tokens = tokens;
        this.clusters = clusters;
        this.random = random;
        this.doors = doors;
    }

    @GET
    @Paged
    @Requires(value = Permission.CLUSTERS_READ, scoped = true)
    @Operation(summary = "Lists enrolment tokens")
    public Page<TokenView> list(UriInfo uri, @QueryParam("clusterId") @Nullable String clusterId) {
        UUID cluster = Ids.inQuery(Prefix.CLUSTER, clusterId, "clusterId");
        return doors.pages().list(uri, (tx, page) -> tokens.page(tx, page, cluster), TokenView::from);
    }

    @GET
    @Path("/{id}")
    @Requires(value = Permission.CLUSTERS_READ, scoped = true)
    @APIResponseSchema(TokenView.class)
    @Operation(summary = "Reads an enrolment token, without its secret")
    public Response get(@RestPath String id) {
        UUID token = Ids.inPath(Prefix.ENROLMENT_TOKEN, id);
        return doors.reads().one(tx -> tokens.find(tx, token).map(TokenView::from));
    }

    @POST
    @Requires(value = Permission.ENROLMENT_WRITE, scoped = true)
    @APIResponseSchema(value = TokenView.class, responseCode = "201")
    @Operation(summary = "Issues an enrolment token; its secret is shown this once")
    @Raises({ProblemType.STATE_CONFLICT, ProblemType.SECRET_ALREADY_ISSUED})
    public Response create(TokenWrite body) {
        return doors.writes().post(tx -> {
            UUID cluster = cluster(tx, body.spec().clusterId());
            CredentialText secret = CredentialText.create(CredentialText.JOIN_TOKEN, random);
            UUID id = tokens.create(tx, cluster, tx.now().plus(body.spec().life()), secret);
            TokenView view = TokenView.from(tokens.find(tx, id).orElseThrow());
            doors.trail()
                    .done(
                            tx,
                            "enrolmentToken.create",
                            view.id(),
                            Trail.detail().put("clusterId", body.spec().clusterId()));
            return Answer.createdWithSecret(
                    "enrolment-tokens", view.id(), doors.call().dryRun() ? view : view.withToken(secret.text()));
        });
    }

    private UUID cluster(TenantTx tx, String clusterId) {
        Violations violations = new Violations();
        Optional<UUID> cluster =
                Ids.reference(Prefix.CLUSTER, clusterId, "spec.clusterId", id -> clusters.exists(tx, id), violations);
        violations.throwIfAny();
        return cluster.orElseThrow();
    }

    @DELETE
    @Path("/{id}")
    @Requires(value = Permission.ENROLMENT_WRITE, scoped = true)
    @Operation(summary = "Revokes an enrolment token")
    public Response revoke(@RestPath String id) {
        UUID token = Ids.inPath(Prefix.ENROLMENT_TOKEN, id);
        return doors.writes().write(tx -> {
            TokenView.TokenRow _ = tokens.find(tx, token).orElseThrow(Ids::notFound);
            doors.tags().requireFirst();
            tokens.revoke(tx, token);
            doors.trail().done(tx, "enrolmentToken.revoke", id, Trail.detail());
            return Answer.nothing();
        });
    }
}
