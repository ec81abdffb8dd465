package io.weft.kit.problem;

/** The closed catalogue of answers that are not success. The constant's name is the {@code code} in the body. */
public enum ProblemType {
    BODY_UNREADABLE(400, "The body cannot be read"),
    PARAMETER_UNKNOWN(400, "A parameter is unknown"),
    PARAMETER_INVALID(400, "A parameter cannot be read"),
    PAGE_TOKEN_INVALID(400, "The page token is not valid for this list"),
    UNAUTHENTICATED(401, "A valid credential is needed"),
    PERMISSION_MISSING(403, "The credential lacks a permission"),
    ORGANISATION_REQUIRED(403, "The credential belongs to no organisation"),
    QUOTA_EXCEEDED(403, "The organisation may not have more of these"),
    /** A foreign tenant's id as well: 403 would confirm that it exists. */
    NOT_FOUND(404, "No such object"),
    METHOD_NOT_ALLOWED(405, "The resource has no such method"),
    NOT_ACCEPTABLE(406, "The resource has no such representation"),
    NAME_TAKEN(409, "Another object of this type has the name"),
    STATE_CONFLICT(409, "The object's state does not allow this"),
    REMOVALS_NOT_CONFIRMED(409, "Many objects would be removed"),
    SECRET_ALREADY_ISSUED(409, "The first answer held a secret and is not repeated"),
    REQUEST_IN_PROGRESS(409, "A request with this idempotency key is still running"),
    PRECONDITION_FAILED(412, "The object has changed since it was read"),
    BODY_TOO_LARGE(413, "The body is too large"),
    MEDIA_TYPE_UNSUPPORTED(415, "The media type is not supported"),
    VALIDATION_FAILED(422, "The input is readable but not valid"),
    POLICY_NOT_EXPRESSIBLE(422, "A target cannot enforce this policy"),
    NO_UPGRADE_PATH(422, "No legal path leads to this version"),
    SKEW_VIOLATION(422, "The versions would be too far apart"),
    IDEMPOTENCY_KEY_REUSED(422, "The idempotency key was used for another request"),
    RATE_LIMITED(429, "Too many requests"),
    INTERNAL(500, "The hub failed"),
    UNAVAILABLE(503, "The hub cannot answer at the moment");

    private final int status;
    private final String title;

    ProblemType(int status, String title) {
        this.status = status;
        this.title = title;
    }

    /** HTTP status. */
    public int status() {
        return status;
    }

    public String title() {
        return title;
    }
}
