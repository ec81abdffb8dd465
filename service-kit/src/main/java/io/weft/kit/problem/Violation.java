package io.weft.kit.problem;

import org.jspecify.annotations.Nullable;

/**
 * One thing wrong with a caller's input.
 *
 * @param field path in the caller's document, for example {@code spec.waves[1].soak}, or a parameter's name
 * @param code stable, UPPER_SNAKE
 * @param message what is wrong and what would be right, for people
 * @param family the mesh that cannot express it
 * @param capability what that mesh lacks
 * @param installationId public id of the installation concerned
 */
public record Violation(
        String field,
        Place in,
        String code,
        String message,
        @Nullable String family,
        @Nullable String capability,
        @Nullable String installationId) {

    /** Where the field is. */
    public enum Place {
        BODY,
        QUERY,
        PATH,
        HEADER
    }

    public static Violation inBody(String field, String code, String message) {
        return new Violation(field, Place.BODY, code, message, null, null, null);
    }

    public static Violation inQuery(String field, String code, String message) {
        return new Violation(field, Place.QUERY, code, message, null, null, null);
    }

    /** An installation's mesh lacks a capability that the field asks for. */
    public Violation becauseOf(String family, String capability, String installationId) {
        return new Violation(field, in, code, message, family, capability, installationId);
    }
}
