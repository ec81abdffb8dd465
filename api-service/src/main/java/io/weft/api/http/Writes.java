package io.weft.api.http;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.weft.kit.idempotency.Idempotency;
import io.weft.kit.tenancy.TenantTransactions;
import io.weft.kit.tenancy.TenantTx;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.ws.rs.core.Response;
import java.util.Optional;
import java.util.function.Function;

/**
 * The one door for writes: the caller's tenant and reach, one transaction for effect, audit row and idempotency key, and
 * {@code dryRun}, which does the same and rolls back.
 */
@ApplicationScoped
public class Writes {
    private final TenantTransactions transactions;
    private final CurrentCall call;
    private final EntityTags tags;
    private final ObjectMapper json;

    Writes(TenantTransactions transactions, CurrentCall call, EntityTags tags, ObjectMapper json) {
        this.transactions = transactions;
        this.call = call;
        this.tags = tags;
        this.json = json;
    }

    /** A write under PUT or DELETE: repeating it does no harm. */
    public Response write(Function<TenantTx, Answer> effect) {
        return transactions.in(call.caller().tenant(), call.reach(), tx -> respond(attempt(tx, effect)));
    }

    /** A write under POST; with {@code Idempotency-Key} it has its effect once and gives the first answer again. */
    public Response post(Function<TenantTx, Answer> effect) {
        Optional<String> key = call.idempotencyKey();
        return key.isEmpty() ? write(effect) : postOnce(key.get(), effect);
    }

    private Response postOnce(String key, Function<TenantTx, Answer> effect) {
        Caller caller = call.caller();
        byte[] hash = call.requestHash();
        return transactions.in(caller.tenant(), call.reach(), tx -> {
            Optional<Idempotency.Answer> earlier = Idempotency.begin(tx, caller.principal(), key, hash);
            if (earlier.isPresent()) {
                return again(earlier.get());
            }
            Answer answer = attempt(tx, effect);
            if (answer.secretId() != null) {
                Idempotency.rememberSecret(tx, caller.principal(), key, hash, answer.status(), answer.secretId());
            } else {
                Idempotency.remember(tx, caller.principal(), key, hash, storable(answer));
            }
            return respond(answer);
        });
    }

    private Answer attempt(TenantTx tx, Function<TenantTx, Answer> effect) {
        if (call.dryRun()) {
            tx.rollBackAtEnd();
        }
        return effect.apply(tx);
    }

    private Idempotency.Answer storable(Answer answer) {
        return new Idempotency.Answer(
                answer.status(), answer.body() == null ? null : json.valueToTree(answer.body()), answer.location());
    }

    private static Response again(Idempotency.Answer earlier) {
        Response.ResponseBuilder response = Response.status(earlier.status()).header("Idempotency-Replayed", "true");
        if (earlier.location() != null) {
            response.header("Location", earlier.location());
        }
        return earlier.body() == null
                ? response.build()
                : response.entity(earlier.body()).build();
    }

    private Response respond(Answer answer) {
        Response.ResponseBuilder response = Response.status(answer.status());
        // As a plain header: JAX-RS would make it absolute, and a proxy in front knows the address better.
        if (answer.location() != null && !call.dryRun()) {
            response.header("Location", answer.location());
        }
        if (answer.body() instanceof Viewed view) {
            response.header("ETag", tags.of(view));
        }
        return answer.body() == null
                ? response.build()
                : response.entity(answer.body()).build();
    }
}
