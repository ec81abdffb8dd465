package io.weft.agent.connect;

import io.grpc.ManagedChannel;
import java.time.InstantSource;
import java.util.Optional;
import org.jboss.logging.Logger;

/** Finds, makes and renews the one identity of this agent. */
final class Identities {
    private static final Logger LOG = Logger.getLogger(Identities.class);

    private final IdentityStore store;
    private final Enroller enroller;
    private final String clusterId;
    private final InstantSource clock;

    Identities(IdentityStore store, Enroller enroller, String clusterId, InstantSource clock) {
        this.store = store;
        this.enroller = enroller;
        this.clusterId = clusterId;
        this.clock = clock;
    }

    /**
     * A usable identity: the stored one; renewed by proof of its key when it expired lately; else by the join token.
     *
     * @param refused true when the hub did not accept the stored one, so that a fresh token is tried first
     */
    Identity current(boolean refused) {
        Optional<Identity> stored =
                store.load().filter(identity -> identity.clusterId().equals(clusterId));
        if (stored.isEmpty()) {
            return enrol();
        }
        Identity identity = stored.get();
        boolean freshToken = enroller.tokenHash()
                .filter(hash -> !hash.equals(identity.tokenHash()))
                .isPresent();
        if (!identity.expiredAt(clock.instant())) {
            return refused && freshToken ? enrol() : identity;
        }
        if (identity.renewableAt(clock.instant()) && !(refused && freshToken)) {
            Identity renewed = enroller.renewExpired(identity);
            store.save(renewed);
            LOG.info("certificate had expired; renewed by proof of its key");
            return renewed;
        }
        return enrol();
    }

    /** Renews over the given connection and keeps the new identity. */
    Identity renew(ManagedChannel channel, Identity current) {
        Identity renewed = enroller.renew(channel, current);
        store.save(renewed);
        LOG.infof("certificate renewed, valid until %s", renewed.expires());
        return renewed;
    }

    private Identity enrol() {
        Identity identity = enroller.enrol();
        store.save(identity);
        LOG.infof("enrolled as %s, certificate valid until %s", clusterId, identity.expires());
        return identity;
    }
}
