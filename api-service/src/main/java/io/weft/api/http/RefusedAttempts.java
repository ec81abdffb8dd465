package io.weft.api.http;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.weft.kit.audit.Allowances;
import io.weft.kit.audit.Audit;
import io.weft.kit.audit.AuditEntry;
import io.weft.kit.tenancy.TenantTransactions;
import jakarta.inject.Singleton;
import jakarta.ws.rs.container.ContainerRequestContext;
import java.time.InstantSource;
import java.util.OptionalInt;
import org.jboss.logging.Logger;

/**
 * Writes refused attempts of known keys to the audit log, each in a transaction of its own, as many as {@link Allowances}
 * gives to a key.
 */
@Singleton
public class RefusedAttempts {
    static final String ACTION = "access.refused";
    private static final int LONGEST_PATH = 200;
    private static final Logger LOG = Logger.getLogger(RefusedAttempts.class);

    private final TenantTransactions transactions;
    private final CurrentCall call;
    private final Allowances allowances;

    RefusedAttempts(TenantTransactions transactions, InstantSource clock, CurrentCall call) {
        this.transactions = transactions;
        this.allowances = new Allowances(clock);
        this.call = call;
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
                        .put("roles", caller.grants().roles()));
    }

    private void write(
            Caller caller, ContainerRequestContext request, String targetKind, String target, ObjectNode detail) {
        OptionalInt unwritten = allowances.take(caller.principal());
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
}
