package io.weft.agent.connect;

import io.grpc.ManagedChannel;
import io.weft.agent.kube.KubeRefusal;
import java.time.InstantSource;
import java.util.Optional;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/** Finds, makes and renews the one identity of this agent. */
final class Identities {
    private static final Logger LOG = Logger.getLogger(Identities.class);

    private final IdentityStore store;
    private final Enroller enroller;
    private final String clusterId;
    private final InstantSource clock;
    /** What the cluster last held, or is still to be told to hold. Only the connection's thread is here. */
    private @Nullable Identity known;

    private boolean unsaved;

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
        Optional<Identity> stored = stored();
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
            Identity renewed = keep(enroller.renewExpired(identity));
            LOG.info("certificate had expired; renewed by proof of its key");
            return renewed;
        }
        return enrol();
    }

    /** Renews over the given connection and keeps the new identity. */
    Identity renew(ManagedChannel channel, Identity current) {
        Identity renewed = keep(enroller.renew(channel, current));
        LOG.infof("certificate renewed, valid until %s", renewed.expires());
        return renewed;
    }

    private Identity enrol() {
        Identity identity = keep(enroller.enrol());
        LOG.infof("enrolled as %s, certificate valid until %s", clusterId, identity.expires());
        return identity;
    }

    /** Tries again to keep the identity in the cluster where that failed. */
    void saveIfNeeded() {
        Identity identity = known;
        if (unsaved && identity != null) {
            keep(identity);
        }
    }

    /** The hub gives it once; a cluster that cannot take it now must not cost the join token. */
    private Identity keep(Identity identity) {
        known = identity;
        try {
            store.save(identity);
            unsaved = false;
        } catch (KubeRefusal refusal) {
            unsaved = true;
            LOG.warnf("the identity could not be kept in the cluster yet, trying again: %s", refusal.getMessage());
        }
        return identity;
    }

    private Optional<Identity> stored() {
        saveIfNeeded();
        if (!unsaved) {
            try {
                known = store.load()
                        .filter(identity -> identity.clusterId().equals(clusterId))
                        .orElse(null);
            } catch (KubeRefusal refusal) {
                if (known == null) {
                    throw refusal;
                }
                LOG.warnf("going on with the identity in memory: %s", refusal.getMessage());
            }
        }
        return Optional.ofNullable(known);
    }
}
