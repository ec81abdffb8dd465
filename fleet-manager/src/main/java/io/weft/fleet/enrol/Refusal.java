package io.weft.fleet.enrol;

import io.grpc.Status;

/**
 * Why an agent gets no certificate. Callers hear {@link #message()}; the audit log holds the constant's own name, which
 * tells more.
 */
enum Refusal {
    TOKEN_UNKNOWN(Status.Code.UNAUTHENTICATED, Refusal.TOKEN),
    TOKEN_USED(Status.Code.UNAUTHENTICATED, Refusal.TOKEN),
    TOKEN_EXPIRED(Status.Code.UNAUTHENTICATED, Refusal.TOKEN),
    TOKEN_REVOKED(Status.Code.UNAUTHENTICATED, Refusal.TOKEN),
    TOKEN_FOR_OTHER_CLUSTER(Status.Code.UNAUTHENTICATED, Refusal.TOKEN),
    REQUEST_INVALID(Status.Code.INVALID_ARGUMENT, "The certificate request was not accepted"),
    KEY_REUSED(
            Status.Code.PERMISSION_DENIED,
            "KeyReused: a certificate for this key was issued before; make a new key and ask again"),
    CLUSTER_COPIED(
            Status.Code.FAILED_PRECONDITION,
            "ClusterCopied: another cluster is enrolled under this id (its namespace kube-system has another UID);"
                    + " register this cluster on its own"),
    REVOKED(
            Status.Code.PERMISSION_DENIED,
            "Revoked: the registration this certificate belongs to has ended; enrol again with a new join token"),
    EXPIRED_TOO_LONG(
            Status.Code.PERMISSION_DENIED,
            "ExpiredTooLong: the certificate expired more than 7 days ago; enrol again with a new join token"),
    PROOF_INVALID(
            Status.Code.UNAUTHENTICATED,
            "The proof of the stored key was not accepted: ask for a new challenge and sign it with the key of the"
                    + " expired certificate");

    private static final String TOKEN = "The join token was not accepted: it is unknown, used, expired, revoked or for"
            + " another cluster; make a new one for this cluster";

    private final Status.Code code;
    private final String message;

    Refusal(Status.Code code, String message) {
        this.code = code;
        this.message = message;
    }

    String message() {
        return message;
    }

    Status status() {
        return code.toStatus().withDescription(message);
    }
}
