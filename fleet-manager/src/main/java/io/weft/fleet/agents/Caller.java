package io.weft.fleet.agents;

import io.grpc.Context;
import io.weft.fleet.signer.AgentIdentity;

/**
 * The agent at the other end, as its certificate and the registration in force say.
 *
 * @param keyFingerprint of the certificate's key
 */
record Caller(AgentIdentity agent, String keyFingerprint, long registrationEpoch) {
    private static final Context.Key<Caller> KEY = Context.key("caller");

    static Caller current() {
        return KEY.get();
    }

    Context attach() {
        return Context.current().withValue(KEY, this);
    }
}
