package io.weft.fleet.enrol;

import io.weft.fleet.signer.KeySeal;
import jakarta.inject.Singleton;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HexFormat;

/**
 * Nonces without memory: expiry and random bytes, authenticated for one key. Any process of the service checks what any
 * other gave out. A nonce could be shown twice within its minute, but a renewal needs a key that was never used.
 */
@Singleton
final class Challenges {
    static final Duration LIFE = Duration.ofMinutes(1);

    private static final int RANDOM_BYTES = 16;
    private static final int MAC_BYTES = 32;
    private static final int HEAD_BYTES = Long.BYTES + RANDOM_BYTES;

    private final KeySeal seal;
    private final InstantSource clock;
    private final SecureRandom random;

    Challenges(KeySeal seal, InstantSource clock, SecureRandom random) {
        this.seal = seal;
        this.clock = clock;
        this.random = random;
    }

    /** A nonce for the holder of the key with this fingerprint. */
    byte[] create(String fingerprint) {
        byte[] chance = new byte[RANDOM_BYTES];
        random.nextBytes(chance);
        byte[] head = ByteBuffer.allocate(HEAD_BYTES)
                .putLong(clock.instant().plus(LIFE).toEpochMilli())
                .put(chance)
                .array();
        return ByteBuffer.allocate(HEAD_BYTES + MAC_BYTES)
                .put(head)
                .put(mac(head, fingerprint))
                .array();
    }

    /** Whether {@link #create} gave this nonce out for this key and less than a minute ago. */
    boolean isValid(byte[] nonce, String fingerprint) {
        if (nonce.length != HEAD_BYTES + MAC_BYTES) {
            return false;
        }
        ByteBuffer bytes = ByteBuffer.wrap(nonce);
        byte[] head = new byte[HEAD_BYTES];
        byte[] mac = new byte[MAC_BYTES];
        bytes.get(head).get(mac);
        return MessageDigest.isEqual(mac, mac(head, fingerprint))
                && Instant.ofEpochMilli(ByteBuffer.wrap(head).getLong()).isAfter(clock.instant());
    }

    private byte[] mac(byte[] head, String fingerprint) {
        return seal.challengeMac(HexFormat.of().formatHex(head) + "/" + fingerprint);
    }
}
