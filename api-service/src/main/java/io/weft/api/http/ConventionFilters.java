package io.weft.api.http;

import io.weft.kit.problem.Problem;
import io.weft.kit.problem.ProblemType;
import io.weft.kit.problem.Violation;
import io.weft.kit.tenancy.Reach;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.container.ContainerRequestContext;
import jakarta.ws.rs.container.ResourceInfo;
import java.lang.annotation.Annotation;
import java.lang.reflect.Method;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Pattern;
import org.jboss.resteasy.reactive.server.ServerRequestFilter;
import org.jspecify.annotations.Nullable;

/** Permission and parameters: what is judged of every call before its method runs. */
class ConventionFilters {
    static final String DRY_RUN = "dryRun";
    private static final Pattern KEY = Pattern.compile("[\\x21-\\x7e]{1,255}");

    private final CurrentCall call;
    private final RefusedAttempts refused;
    private final Map<Method, Set<String>> parameters = new ConcurrentHashMap<>();

    ConventionFilters(CurrentCall call, RefusedAttempts refused) {
        this.call = call;
        this.refused = refused;
    }

    /** Deny by default: a method that names no permission is refused to everybody. */
    @ServerRequestFilter(priority = FilterOrder.PERMISSION)
    void permission(ContainerRequestContext request, ResourceInfo target) {
        Requires requires = target.getResourceMethod().getAnnotation(Requires.class);
        if (requires == null) {
            throw missing(request, "none that exists", "");
        }
        Reach reach = call.caller().grants().reach(requires.value());
        if (reach.nowhere()) {
            throw missing(request, requires.value().text(), "");
        }
        if (!requires.scoped() && !reach.everywhere()) {
            throw missing(request, requires.value().text(), " in the whole organisation");
        }
        call.permitted(reach);
    }

    private Problem missing(ContainerRequestContext request, String permission, String where) {
        refused.permissionMissing(call.caller(), permission, request);
        return Problem.of(
                        ProblemType.PERMISSION_MISSING,
                        "This needs permission " + permission + where
                                + ", which no role of the caller gives: ask an admin for a role binding")
                .with("permission", permission);
    }

    @ServerRequestFilter(priority = FilterOrder.PARAMETERS)
    void parameters(ContainerRequestContext request, ResourceInfo target) {
        Set<String> sent = request.getUriInfo().getQueryParameters().keySet();
        Set<String> known = parameters.computeIfAbsent(target.getResourceMethod(), ConventionFilters::known);
        if (!known.containsAll(sent)) {
            Set<String> unknown = new TreeSet<>(sent);
            unknown.removeAll(known);
            throw unknown(unknown, known);
        }
        request.getUriInfo().getQueryParameters().forEach((name, values) -> requireOne(name, values));
        call.request(request.getMethod() + " " + request.getUriInfo().getRequestUri());
        call.headers(
                dryRun(request),
                idempotencyKey(request.getHeaderString("Idempotency-Key")),
                request.getHeaderString("If-Match"),
                request.getHeaderString("If-None-Match"));
    }

    private static Problem unknown(Set<String> unknown, Set<String> known) {
        String allowed = known.isEmpty() ? "takes none" : "takes " + String.join(", ", new TreeSet<>(known));
        return Problem.of(ProblemType.PARAMETER_UNKNOWN, "Unknown: " + String.join(", ", unknown) + "; this " + allowed)
                .because(unknown.stream()
                        .map(name -> Violation.inQuery(name, "UNKNOWN_PARAMETER", "is not a parameter here"))
                        .toList());
    }

    private static void requireOne(String name, List<String> values) {
        if (values.size() > 1) {
            throw Problem.of(ProblemType.PARAMETER_INVALID, name + " is given " + values.size() + " times");
        }
        if (values.stream().anyMatch(value -> value.indexOf('\0') >= 0)) {
            throw Problem.of(ProblemType.PARAMETER_INVALID, name + " holds the character NUL");
        }
    }

    private static Set<String> known(Method method) {
        Set<String> names = new TreeSet<>();
        for (Annotation[] annotations : method.getParameterAnnotations()) {
            for (Annotation annotation : annotations) {
                if (annotation instanceof QueryParam parameter) {
                    names.add(parameter.value());
                }
            }
        }
        if (method.isAnnotationPresent(Paged.class)) {
            names.add(Pages.SIZE);
            names.add(Pages.TOKEN);
        }
        if (!method.isAnnotationPresent(GET.class)) {
            names.add(DRY_RUN);
        }
        return Set.copyOf(names);
    }

    private static boolean dryRun(ContainerRequestContext request) {
        String text = request.getUriInfo().getQueryParameters().getFirst(DRY_RUN);
        if (text == null || text.equals("false")) {
            return false;
        }
        if (!text.equals("true")) {
            throw Problem.of(ProblemType.PARAMETER_INVALID, DRY_RUN + " must be true or false");
        }
        return true;
    }

    private static @Nullable String idempotencyKey(@Nullable String text) {
        if (text != null && !KEY.matcher(text).matches()) {
            throw Problem.of(
                    ProblemType.PARAMETER_INVALID, "Idempotency-Key must be 1 to 255 visible ASCII characters");
        }
        return text;
    }
}
