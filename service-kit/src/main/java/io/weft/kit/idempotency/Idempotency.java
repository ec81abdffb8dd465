package io.weft.kit.idempotency;

import com.fasterxml.jackson.databind.JsonNode;
import io.weft.kit.problem.Problem;
import io.weft.kit.problem.ProblemType;
import io.weft.kit.tenancy.TenantTx;
import java.util.Arrays;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Answers to POSTs under {@code Idempotency-Key}, per (organisation, principal), for 24 hours. */
public final class Idempotency {
    private Idempotency() {}

    /**
     * Looks for the answer to an earlier request with this key, and holds the key until this transaction ends.
     *
     * @param requestHash SHA-256 of method, path and body
     * @return the earlier answer, to be given again; empty: go on, and {@link #remember} the answer
     * @throws Problem {@code REQUEST_IN_PROGRESS}, {@code IDEMPOTENCY_KEY_REUSED} or {@code SECRET_ALREADY_ISSUED} (with
     *     {@code existingId})
     */
    public static Optional<Answer> begin(TenantTx tx, String principal, String key, byte[] requestHash) {
        boolean held = tx.first(
                        Boolean.class,
                        "SELECT pg_try_advisory_xact_lock(hashtextextended(?, 0))",
                        tx.tenant() + "/" + principal + "/" + key)
                .orElse(false);
        if (!held) {
            throw Problem.of(
                    ProblemType.REQUEST_IN_PROGRESS,
                    "The first request with this key is still running: try again later");
        }
        tx.update(
                "DELETE FROM idempotency_key WHERE principal = ? AND key = ? AND create_time < now() - interval '24 hours'",
                principal,
                key);
        return tx.first(
                        Stored.class,
                        "SELECT request_hash, status, body, secret_id, location FROM idempotency_key WHERE principal = ? AND key = ?",
                        principal,
                        key)
                .map(stored -> answerAgain(stored, requestHash));
    }

    private static Answer answerAgain(Stored stored, byte[] requestHash) {
        if (!Arrays.equals(stored.requestHash(), requestHash)) {
            throw Problem.of(ProblemType.IDEMPOTENCY_KEY_REUSED, "Use a new key for a new request");
        }
        if (stored.secretId() != null) {
            throw Problem.of(ProblemType.SECRET_ALREADY_ISSUED, "Delete the object and create another one")
                    .with("existingId", stored.secretId());
        }
        return new Answer(stored.status(), stored.body(), stored.location());
    }

    /** Stores the answer in the transaction of its effect. */
    public static void remember(TenantTx tx, String principal, String key, byte[] requestHash, Answer answer) {
        store(tx, principal, key, requestHash, answer, null);
    }

    /** Like {@link #remember} for an answer that holds a secret: only the object's public id is stored. */
    public static void rememberSecret(
            TenantTx tx, String principal, String key, byte[] requestHash, int status, String id) {
        store(tx, principal, key, requestHash, new Answer(status, null, null), id);
    }

    private static void store(
            TenantTx tx, String principal, String key, byte[] requestHash, Answer answer, @Nullable String secretId) {
        tx.update(
                """
                INSERT INTO idempotency_key (tenant_id, principal, key, request_hash, status, body, secret_id, location)
                VALUES (?, ?, ?, ?, ?, ?::jsonb, ?, ?)
                """,
                tx.tenant(),
                principal,
                key,
                requestHash,
                answer.status(),
                answer.body(),
                secretId,
                answer.location());
    }

    /** An answer that can be given again. */
    public record Answer(
            int status, @Nullable JsonNode body, @Nullable String location) {}

    private record Stored(
            byte[] requestHash,
            int status,
            @Nullable JsonNode body,
            @Nullable String secretId,
            @Nullable String location) {}
}
