package io.weft.api.http;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.weft.kit.problem.Problem;
import io.weft.kit.problem.ProblemType;
import io.weft.kit.problem.Violation;
import io.weft.kit.tenancy.DatabaseException;
import jakarta.ws.rs.WebApplicationException;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.core.UriInfo;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jboss.logging.Logger;
import org.jboss.resteasy.reactive.server.ServerExceptionMapper;
import org.jspecify.annotations.Nullable;

/** Every answer that is not success, as {@code application/problem+json} (RFC 9457). A 5xx tells its request id only. */
class ProblemMappers {
    static final MediaType PROBLEM_JSON = MediaType.valueOf("application/problem+json");
    private static final Logger LOG = Logger.getLogger(ProblemMappers.class);

    private final CurrentCall call;

    ProblemMappers(CurrentCall call) {
        this.call = call;
    }

    @ServerExceptionMapper
    Response problem(Problem problem, UriInfo uri) {
        return answer(problem, uri, Map.of());
    }

    @ServerExceptionMapper
    Response database(DatabaseException refused, UriInfo uri) {
        Problem known = ConstraintProblems.of(refused).orElse(null);
        return known == null ? failure(refused, uri) : answer(known, uri, Map.of());
    }

    /** What JAX-RS itself refuses: unknown path, method, media type. Its texts name Java classes, so ours are given. */
    @ServerExceptionMapper
    Response refused(WebApplicationException refused, UriInfo uri) {
        int status = refused.getResponse().getStatus();
        if (status >= 500) {
            return failure(refused, uri);
        }
        if (status < 400) {
            return refused.getResponse();
        }
        Object allow = refused.getResponse().getHeaders().getFirst("Allow");
        return answer(ofStatus(status), uri, allow == null ? Map.of() : Map.of("Allow", allow));
    }

    @ServerExceptionMapper
    Response failure(Throwable failure, UriInfo uri) {
        LOG.errorf(failure, "request.failed requestId=%s path=%s", call.requestId(), uri.getPath());
        return answer(Problem.of(ProblemType.INTERNAL, ""), uri, Map.of());
    }

    private static Problem ofStatus(int status) {
        return switch (status) {
            case 401 -> Problem.of(ProblemType.UNAUTHENTICATED, "Send Authorization: Bearer weft_...");
            case 403 -> Problem.of(ProblemType.PERMISSION_MISSING, "The credential does not allow this");
            case 404 -> Problem.of(ProblemType.NOT_FOUND, "There is no such path");
            case 405 -> Problem.of(ProblemType.METHOD_NOT_ALLOWED, "The path exists, but not with this method");
            case 406 -> Problem.of(ProblemType.NOT_ACCEPTABLE, "Accept application/json");
            case 413 -> Problem.of(ProblemType.BODY_TOO_LARGE, "Send a smaller body");
            case 415 ->
                Problem.of(
                        ProblemType.MEDIA_TYPE_UNSUPPORTED,
                        "Send Content-Type: application/json, to PATCH " + MergePatch.MEDIA_TYPE);
            default -> Problem.of(ProblemType.BODY_UNREADABLE, "The request cannot be read");
        };
    }

    private Response answer(Problem problem, UriInfo uri, Map<String, Object> headers) {
        ProblemType type = problem.type();
        Response.ResponseBuilder response =
                Response.status(type.status()).type(PROBLEM_JSON).entity(body(problem, uri));
        headers.forEach(response::header);
        if (type == ProblemType.UNAUTHENTICATED) {
            response.header("WWW-Authenticate", "Bearer realm=\"weft\"");
        }
        if (type == ProblemType.UNAVAILABLE || type == ProblemType.RATE_LIMITED) {
            response.header("Retry-After", "5");
        }
        return response.build();
    }

    private Map<String, Object> body(Problem problem, UriInfo uri) {
        ProblemType type = problem.type();
        Map<String, Object> body = new LinkedHashMap<>();
        body.put("type", "/problems/" + type.name().toLowerCase(Locale.ROOT).replace('_', '-'));
        body.put("title", type.title());
        body.put("status", type.status());
        if (!problem.detail().isEmpty()) {
            body.put("detail", problem.detail());
        }
        body.put("instance", uri.getRequestUri().getRawPath());
        body.put("code", type.name());
        body.put("requestId", call.requestId());
        body.putAll(problem.members());
        List<ViolationView> violations =
                problem.violations().stream().map(ViolationView::of).toList();
        if (!violations.isEmpty()) {
            body.put("violations", violations);
        }
        return body;
    }

    /** One violation as answered. */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    record ViolationView(
            String field,
            String in,
            String code,
            String message,
            @Nullable String family,
            @Nullable String capability,
            @Nullable String installationId) {
        static ViolationView of(Violation violation) {
            return new ViolationView(
                    violation.field(),
                    violation.in().name().toLowerCase(Locale.ROOT),
                    violation.code(),
                    violation.message(),
                    violation.family(),
                    violation.capability(),
                    violation.installationId());
        }
    }
}
