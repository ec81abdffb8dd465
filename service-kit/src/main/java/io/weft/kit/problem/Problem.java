package io.weft.kit.problem;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** An answer that is not success, thrown where it is known. Detail and violations are shown to the caller as they are. */
public final class Problem extends RuntimeException {
    private final ProblemType type;
    private final List<Violation> violations;
    private final transient Map<String, Object> members;

    private Problem(ProblemType type, String detail, List<Violation> violations, Map<String, Object> members) {
        super(detail, null, false, false); // no stack trace: this is an answer, not a fault
        this.type = type;
        this.violations = violations;
        this.members = members;
    }

    public static Problem of(ProblemType type, String detail) {
        return new Problem(type, detail, List.of(), Map.of());
    }

    /** All violations of a request at once. */
    public static Problem invalid(List<Violation> violations) {
        return of(ProblemType.VALIDATION_FAILED, violations.size() + " violation(s)")
                .because(violations);
    }

    public Problem because(List<Violation> violations) {
        return new Problem(type, detail(), List.copyOf(violations), members);
    }

    /** Adds a member to the body, for example {@code existingId}. */
    public Problem with(String member, Object value) {
        Map<String, Object> more = new LinkedHashMap<>(members);
        more.put(member, value);
        return new Problem(type, detail(), violations, more);
    }

    public ProblemType type() {
        return type;
    }

    public String detail() {
        String detail = getMessage();
        return detail == null ? "" : detail;
    }

    public List<Violation> violations() {
        return violations;
    }

    /** Further members of the body, in order. */
    public Map<String, Object> members() {
        return members;
    }
}
