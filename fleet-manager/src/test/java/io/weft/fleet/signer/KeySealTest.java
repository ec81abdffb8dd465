package io.weft.fleet.signer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import org.junit.jupiter.api.Test;

class KeySealTest {
    private static final byte[] PLAIN = "a private key".getBytes(StandardCharsets.US_ASCII);

    private final KeySeal seal = new KeySeal(secret(1), new SecureRandom());

    @Test
    void whatIsSealedOpensForItsPurposeOnly() {
        byte[] sealed = seal.seal(PLAIN, "tenant a");

        assertThat(seal.open(sealed, "tenant a")).isEqualTo(PLAIN);
        assertThatThrownBy(() -> seal.open(sealed, "tenant b")).hasMessageContaining("weft.signer.key-file");
    }

    @Test
    void anotherKeyOrADamagedByteDoesNotOpen() {
        byte[] sealed = seal.seal(PLAIN, "p");
        KeySeal other = new KeySeal(secret(2), new SecureRandom());
        byte[] damaged = sealed.clone();
        damaged[damaged.length - 1] ^= 1;

        assertThatThrownBy(() -> other.open(sealed, "p")).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> seal.open(damaged, "p")).isInstanceOf(IllegalStateException.class);
        assertThat(seal.seal(PLAIN, "p")).as("never twice the same nonce").isNotEqualTo(sealed);
    }

    private static byte[] secret(int seed) {
        byte[] secret = new byte[KeySeal.KEY_BYTES];
        secret[0] = (byte) seed;
        return secret;
    }
}
