package io.weft.fleet.signer;

import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;

/** Values of the configuration as beans. */
final class Producers {
    private Producers() {}

    @Produces
    @Singleton
    static TrustDomain trustDomain(SignerConfig config) {
        return new TrustDomain(config.trustDomain());
    }
}
