package io.weft.fleet.agents;

import io.grpc.Status;

/** How a stream ends whose registration has ended. */
final class Revocations {
    static final Status ENDED =
            Status.PERMISSION_DENIED.withDescription("Revoked: the registration has ended or was renewed; enrol again");

    private Revocations() {}
}
