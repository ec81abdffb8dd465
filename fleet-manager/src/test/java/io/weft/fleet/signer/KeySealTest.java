package io.weft.fleet.signer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

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

    @Test
    void aKeyFileThatOthersMayReadOrOfAnotherLengthStopsTheStart(@TempDir Path folder) throws Exception {
        Path good = file(folder.resolve("good"), 32, "rw-------");
        Path open = file(folder.resolve("open"), 32, "rw-r--r--");
        Path small = file(folder.resolve("small"), 31, "rw-------");

        assertThat(KeyFileCheck.dangers(good)).isEmpty();
        assertThat(KeyFileCheck.dangers(open)).singleElement().asString().contains("chmod 0600");
        assertThat(KeyFileCheck.dangers(small)).singleElement().asString().contains("31 bytes");
        assertThat(KeyFileCheck.dangers(folder.resolve("absent"))).hasSize(1);
    }

    private static Path file(Path file, int bytes, String rights) throws Exception {
        Files.write(file, new byte[bytes]);
        return Files.setPosixFilePermissions(file, PosixFilePermissions.fromString(rights));
    }

    private static byte[] secret(int seed) {
        byte[] secret = new byte[KeySeal.KEY_BYTES];
        secret[0] = (byte) seed;
        return secret;
    }
}
