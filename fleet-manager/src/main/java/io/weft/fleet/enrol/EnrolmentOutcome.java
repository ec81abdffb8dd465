package io.weft.fleet.enrol;

import io.grpc.Status;
import io.weft.fleet.signer.IssuedCertificate;

/** What a request for a certificate came to. */
public sealed interface EnrolmentOutcome {
    /** A certificate, and the registration it belongs to. */
    record Issued(IssuedCertificate certificate, long registrationEpoch) implements EnrolmentOutcome {}

    /** No certificate. */
    record Refused(Status status) implements EnrolmentOutcome {
        static Refused because(Refusal refusal) {
            return new Refused(refusal.status());
        }

        static Refused because(Refusal refusal, String more) {
            return new Refused(refusal.status().augmentDescription(more));
        }
    }
}
