package io.weft.model.input;

/**
 * One fault of a caller's document.
 *
 * @param field path in that document, e.g. {@code spec.authorization.allow[1].serviceAccount}
 * @param code stable UPPER_SNAKE
 * @param message what is wrong and what to write instead
 */
public record Violation(String field, String code, String message) {}
