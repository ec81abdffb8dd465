package io.weft.kit.idempotency;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.weft.kit.id.TenantId;
import io.weft.kit.idempotency.Idempotency.Answer;
import io.weft.kit.problem.Problem;
import io.weft.kit.problem.ProblemType;
import io.weft.kit.tenancy.PooledDatabase;
import io.weft.kit.tenancy.TenantTransactions;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class IdempotencyIT {
    private static final PooledDatabase DATABASE = new PooledDatabase("weft_api", 3);
    private static final TenantTransactions TENANTS = DATABASE.transactions();
    private static final byte[] REQUEST = {1};
    private static final byte[] OTHER_REQUEST = {2};
    private static final Answer ANSWER =
            new Answer(201, JsonNodeFactory.instance.objectNode().put("id", "clu_x"), "/api/v1/clusters/clu_x");
    private static TenantId acme = new TenantId(new UUID(0, 0));
    private static TenantId globex = new TenantId(new UUID(0, 0));

    @BeforeAll
    static void organisations() {
        acme = new TenantId(DATABASE.database().tenant("acme"));
        globex = new TenantId(DATABASE.database().tenant("globex"));
    }

    @AfterAll
    static void end() {
        DATABASE.close();
    }

    private static Optional<Answer> post(TenantId tenant, String principal, String key, byte[] request) {
        return TENANTS.in(tenant, tx -> {
            Optional<Answer> earlier = Idempotency.begin(tx, principal, key, request);
            if (earlier.isEmpty()) {
                Idempotency.remember(tx, principal, key, request, ANSWER);
            }
            return earlier;
        });
    }

    @Test
    void theSecondRequestGetsTheFirstAnswer() {
        assertThat(post(acme, "key_1", "again", REQUEST)).isEmpty();
        assertThat(post(acme, "key_1", "again", REQUEST)).contains(ANSWER);
    }

    @Test
    void otherPrincipalsAndOrganisationsHaveKeysOfTheirOwn() {
        assertThat(post(acme, "key_1", "mine", REQUEST)).isEmpty();
        assertThat(post(acme, "key_2", "mine", OTHER_REQUEST)).isEmpty();
        assertThat(post(globex, "key_1", "mine", OTHER_REQUEST)).isEmpty();
    }

    @Test
    void anotherBodyUnderTheKeyIsRefused() {
        assertThat(post(acme, "key_1", "reused", REQUEST)).isEmpty();
        assertProblem(ProblemType.IDEMPOTENCY_KEY_REUSED, () -> post(acme, "key_1", "reused", OTHER_REQUEST));
    }

    @Test
    void aSecretIsNotGivenTwice() {
        TENANTS.in(acme, tx -> {
            Idempotency.begin(tx, "key_1", "secret", REQUEST);
            Idempotency.rememberSecret(tx, "key_1", "secret", REQUEST, 201, "enr_x");
            return true;
        });
        Problem problem =
                assertProblem(ProblemType.SECRET_ALREADY_ISSUED, () -> post(acme, "key_1", "secret", REQUEST));
        assertThat(problem.members()).containsEntry("existingId", "enr_x");
    }

    @Test
    void aRequestInFlightIsSeen() throws InterruptedException {
        AtomicReference<@Nullable Throwable> second = new AtomicReference<>();
        TENANTS.in(acme, tx -> {
            Idempotency.begin(tx, "key_1", "flight", REQUEST);
            Thread other = Thread.ofVirtual()
                    .uncaughtExceptionHandler((_, e) -> second.set(e))
                    .start(() -> post(acme, "key_1", "flight", REQUEST));
            join(other);
            return true;
        });
        assertThat(second.get())
                .isInstanceOfSatisfying(
                        Problem.class,
                        problem -> assertThat(problem.type()).isEqualTo(ProblemType.REQUEST_IN_PROGRESS));
    }

    @Test
    void aKeyIsForgottenAfterADay() {
        assertThat(post(acme, "key_1", "old", REQUEST)).isEmpty();
        DATABASE.database()
                .execute("UPDATE idempotency_key SET create_time = now() - interval '25 hours' WHERE key = 'old'");
        assertThat(post(acme, "key_1", "old", OTHER_REQUEST)).isEmpty();
    }

    private static void join(Thread thread) {
        try {
            thread.join();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private static Problem assertProblem(ProblemType type, Runnable call) {
        AtomicReference<@Nullable Problem> problem = new AtomicReference<>();
        assertThatThrownBy(call::run).isInstanceOfSatisfying(Problem.class, thrown -> {
            assertThat(thrown.type()).isEqualTo(type);
            problem.set(thrown);
        });
        return Optional.ofNullable(problem.get()).orElseThrow();
    }
}
