package io.weft.api.http;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.weft.kit.audit.Audit;
import io.weft.kit.audit.AuditEntry;
import io.weft.kit.tenancy.TenantTransactions;
import jakarta.inject.Singleton;
import jakarta.ws.rs.container.ContainerRequestContext;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.Map;
import java.util.OptionalInt;
import org.jboss.logging.Logger;

/**
 * Writes refused attempts of known keys to the audit log, each in a transaction of its own. A key has {@value #BURST} rows at
 * once and another one each minute; the next row says how many attempts were not written.
 */
@Singleton
public class RefusedAttempts {
    static final String ACTION = "access.refused";
    static final int BURST = 10;
    private static final Duration REFILL = Duration.ofMinutes(1);
    private static final int MOST_KEYS = 10_000;
    private static final int LONGEST_PATH = 200;
    private static final Logger LOG = Logger.getLogger(RefusedAttempts.class);

    private final TenantTransactions transactions;
    private final InstantSource clock;
    private final CurrentCall call;
    private final Map<String, Allowance> allowances = new HashMap<>();

    RefusedAttempts(TenantTransactions transactions, InstantSource clock, CurrentCall call) {
        this.transactions = transactions;
        this.clock = clock;
        this.call = call;
    }

    /** @param left rows that may be written, {@code since} when it was counted, {@code unwritten} attempts without a row */
    private record Allowance(int left, Instant since, int unwritten) {
        static Allowance full(Instant now) {
            return new Allowance(BURST, now, 0);
        }

        Allowance at(Instant now) {
            long more = Math.max(0, Duration.between(since, now).dividedBy(REFILL));
            return more == 0
                    ? this
                    : new Allowance(
                            (int) Math.min(BURST, left + more), since.plus(REFILL.multipliedBy(more)), unwritten);
        }
    }

    /** A key that has expired or was revoked. */
    public void keyEnded(Caller caller, String reason, ContainerRequestContext request) {
        write(caller, request, "apiKey", caller.principal(), Trail.detail().put("reason", reason));
    }

    /** A valid key whose role lacks what the request needs. */
    void permissionMissing(Caller caller, String permission, ContainerRequestContext request) {
        write(
                caller,
                request,
                "permission",
                permission,
                Trail.detail()
                        .put("reason", "permissionMissing")
                        .put("role", caller.role().text()));
    }

    private void write(
            Caller caller, ContainerRequestContext request, String targetKind, String target, ObjectNode detail) {
        OptionalInt unwritten = take(caller.principal());
        if (unwritten.isEmpty()) {
            return;
        }
        detail.put("request", request.getMethod() + " " + path(request));
        if (unwritten.getAsInt() > 0) {
            detail.put("attemptsNotWritten", unwritten.getAsInt());
        }
        try {
            transactions.in(caller.tenant(), tx -> {
                Audit.record(
                        tx,
                        AuditEntry.of(AuditEntry.ActorKind.API_KEY, caller.principal(), ACTION, targetKind, target)
                                .withDetail(detail)
                                .withRequestId(call.requestId()));
                return true;
            });
        } catch (RuntimeException e) {
            LOG.warnf(
                    e, "access.refusedNotWritten requestId=%s: the request is refused all the same", call.requestId());
        }
    }

    /** Without the query: values there are the caller's business. */
    private static String path(ContainerRequestContext request) {
        String path = request.getUriInfo().getRequestUri().getRawPath();
        return path.length() <= LONGEST_PATH ? path : path.substring(0, LONGEST_PATH);
    }

    /** Empty: no row for this attempt. Else how many attempts before it had none. */
    private synchronized OptionalInt take(String principal) {
        Instant now = clock.instant();
        if (allowances.size() >= MOST_KEYS && !allowances.containsKey(principal)) {
            allowances.values().removeIf(each -> each.at(now).left() >= BURST && each.unwritten() == 0);
            if (allowances.size() >= MOST_KEYS) {
                return OptionalInt.empty();
            }
        }
        Allowance allowance =
                allowances.getOrDefault(principal, Allowance.full(now)).at(now);
        boolean allowed = allowance.left() > 0;
        allowances.put(
                principal,
                allowed
                        ? new Allowance(allowance.left() - 1, allowance.since(), 0)
                        : new Allowance(0, allowance.since(), allowance.unwritten() + 1));
        return allowed ? OptionalInt.of(allowance.unwritten()) : OptionalInt.empty();
    }
}
