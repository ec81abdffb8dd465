package io.weft.agent.connect;

import java.security.KeyPair;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.random.RandomGenerator;

/**
 * The agent's key and the certificate the hub gave it.
 *
 * @param clusterId the cluster it was made for (clu_...)
 * @param chain leaf first
 * @param epoch registration epoch at issue
 * @param tokenHash SHA-256 of the join token that was used, so that a fresh token is recognised
 */
record Identity(String clusterId, PrivateKey key, List<X509Certificate> chain, long epoch, String tokenHash) {
    /** For so long after expiry proof of the stored key renews by itself (D28). */
    static final Duration RENEWABLE_AFTER_EXPIRY = Duration.ofDays(7);

    Identity {
        chain = List.copyOf(chain);
        if (chain.isEmpty()) {
            throw new IllegalArgumentException("an identity needs a certificate");
        }
    }

    /** From the hub's answer. Throws IllegalArgumentException when the certificate is not for our key. */
    static Identity of(String clusterId, KeyPair keys, io.weft.protocol.v1.Certificate answer, String tokenHash) {
        List<X509Certificate> chain = answer.getChainDerList().stream()
                .map(der -> Keys.certificate(der.toByteArray()))
                .toList();
        if (chain.isEmpty() || !chain.getFirst().getPublicKey().equals(keys.getPublic())) {
            throw new IllegalArgumentException("the hub answered with a certificate that is not for this agent's key");
        }
        return new Identity(clusterId, keys.getPrivate(), chain, answer.getRegistrationEpoch(), tokenHash);
    }

    X509Certificate leaf() {
        return chain.getFirst();
    }

    Instant expires() {
        return leaf().getNotAfter().toInstant();
    }

    boolean expiredAt(Instant now) {
        return !now.isBefore(expires());
    }

    boolean renewableAt(Instant now) {
        return now.isBefore(expires().plus(RENEWABLE_AFTER_EXPIRY));
    }

    /** Between 50 and 80 % of the certificate's life: jitter against herds. */
    Instant renewAt(RandomGenerator random) {
        Instant begins = leaf().getNotBefore().toInstant();
        Duration life = Duration.between(begins, expires());
        return begins.plus(life.multipliedBy(random.nextInt(50, 81)).dividedBy(100));
    }
}
