package io.weft.api.http;

import io.weft.kit.id.PublicId;
import io.weft.kit.problem.Problem;
import io.weft.kit.problem.ProblemType;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** Reads the ids that callers send. */
public final class Ids {
    private Ids() {}

    /** An id in a path. One of the wrong form cannot exist: 404, like an unknown or foreign one. */
    public static UUID inPath(String prefix, String text) {
        try {
            return PublicId.parse(prefix, text);
        } catch (PublicId.InvalidPublicId _) {
            throw notFound();
        }
    }

    /** An id in a body; a violation when it has not the right form. */
    public static Optional<UUID> inBody(String prefix, String text, String field, Violations violations) {
        try {
            return Optional.of(PublicId.parse(prefix, text));
        } catch (PublicId.InvalidPublicId e) {
            violations.body(field, "INVALID_ID", String.valueOf(e.getMessage()));
            return Optional.empty();
        }
    }

    /** A reference in a body to an object of this organisation; a foreign one is unknown. */
    public static Optional<UUID> reference(
            String prefix, String text, String field, Predicate<UUID> exists, Violations violations) {
        Optional<UUID> id = inBody(prefix, text, field, violations);
        if (id.isPresent() && !exists.test(id.get())) {
            violations.body(field, "UNKNOWN_REFERENCE", "names no such object of this organisation");
            return Optional.empty();
        }
        return id;
    }

    /** An id that narrows a list; null when the parameter is absent. */
    public static @Nullable UUID inQuery(String prefix, @Nullable String text, String parameter) {
        if (text == null) {
            return null;
        }
        try {
            return PublicId.parse(prefix, text);
        } catch (PublicId.InvalidPublicId e) {
            throw Problem.of(ProblemType.PARAMETER_INVALID, parameter + " " + e.getMessage());
        }
    }

    public static Problem notFound() {
        return Problem.of(
                ProblemType.NOT_FOUND,
                "There is no such object in this organisation, or none that the caller's"
                        + " roles reach with this permission");
    }
}
