package io.weft.api.access;

import io.weft.api.http.CurrentCall;
import io.weft.api.http.FilterOrder;
import io.weft.api.http.RefusedAttempts;
import io.weft.kit.problem.Problem;
import io.weft.kit.problem.ProblemType;
import jakarta.ws.rs.container.ContainerRequestContext;
import org.jboss.resteasy.reactive.server.ServerRequestFilter;

/** Verifies {@code Authorization: Bearer weft_sat_...}; the organisation comes from the key alone. */
class AuthenticationFilter {
    private static final String SCHEME = "Bearer ";

    private final KeyDirectory keys;
    private final CurrentCall call;
    private final RefusedAttempts refused;

    AuthenticationFilter(KeyDirectory keys, CurrentCall call, RefusedAttempts refused) {
        this.keys = keys;
        this.call = call;
        this.refused = refused;
    }

    @ServerRequestFilter(priority = FilterOrder.AUTHENTICATION)
    void authenticate(ContainerRequestContext request) {
        String header = request.getHeaderString("Authorization");
        if (header == null || !header.regionMatches(true, 0, SCHEME, 0, SCHEME.length())) {
            throw Problem.of(ProblemType.UNAUTHENTICATED, "Send Authorization: Bearer weft_sat_...");
        }
        switch (keys.find(header.substring(SCHEME.length()).strip())) {
            case KeyDirectory.Found.Valid valid -> call.authenticated(valid.caller());
            case KeyDirectory.Found.Ended ended -> {
                refused.keyEnded(ended.caller(), ended.reason(), request);
                throw unknown();
            }
            case KeyDirectory.Found.Unknown _ -> throw unknown();
        }
    }

    /** One text for unknown, expired and revoked: the difference would tell a thief how near a guess was. */
    private static Problem unknown() {
        return Problem.of(
                ProblemType.UNAUTHENTICATED, "The API key is unknown, expired or revoked: create another one");
    }
}
