package io.weft.api.http;

import io.weft.kit.problem.Problem;
import io.weft.kit.problem.Violation;
import java.util.ArrayList;
import java.util.List;

/** Gathers everything that is wrong with one request, so that the caller learns all of it at once. */
public final class Violations {
    /** A body of the largest size could hold a violation in each byte; nobody reads more than this. */
    private static final int MOST = 100;

    private final List<Violation> found = new ArrayList<>();

    public void body(String field, String code, String message) {
        add(Violation.inBody(field, code, message));
    }

    public void query(String parameter, String code, String message) {
        add(Violation.inQuery(parameter, code, message));
    }

    public void add(Violation violation) {
        if (found.size() < MOST) {
            found.add(violation);
        }
    }

    public int count() {
        return found.size();
    }

    /** Answers 422 with all of them, if there are any. */
    public void throwIfAny() {
        if (!found.isEmpty()) {
            throw Problem.invalid(found);
        }
    }
}
