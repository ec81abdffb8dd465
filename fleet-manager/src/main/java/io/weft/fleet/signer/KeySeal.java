package io.weft.fleet.signer;

import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.util.Arrays;
import javax.crypto.Cipher;
import javax.crypto.Mac;
import javax.crypto.SecretKey;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;

/**
 * Seals private keys for the database: AES-256-GCM, 12 random bytes of nonce before the ciphertext. The purpose is
 * authenticated, so that a sealed key moved to another row does not open.
 */
@Singleton
public final class KeySeal {
    static final int KEY_BYTES = 32;

    private static final int NONCE_BYTES = 12;
    private static final int TAG_BITS = 128;
    private static final String MAC = "HmacSHA256";

    private final SecretKey key;
    private final SecretKey nonceKey;
    private final SecureRandom random;

    @Inject
    KeySeal(SignerConfig config, SecureRandom random) {
        this(read(config.keyFile()), random);
    }

    KeySeal(byte[] secret, SecureRandom random) {
        if (secret.length != KEY_BYTES) {
            throw new IllegalArgumentException(
                    "weft.signer.key-file: must hold " + KEY_BYTES + " bytes, not " + secret.length);
        }
        this.key = new SecretKeySpec(secret, "AES");
        this.random = random;
        this.nonceKey = new SecretKeySpec(mac(new SecretKeySpec(secret, MAC), "enrolment challenge"), MAC);
    }

    byte[] seal(byte[] plain, String purpose) {
        byte[] nonce = new byte[NONCE_BYTES];
        random.nextBytes(nonce);
        byte[] sealed = cipher(Cipher.ENCRYPT_MODE, nonce, purpose, plain);
        byte[] result = Arrays.copyOf(nonce, NONCE_BYTES + sealed.length);
        System.arraycopy(sealed, 0, result, NONCE_BYTES, sealed.length);
        return result;
    }

    /**
     * The plain bytes.
     *
     * @throws IllegalStateException sealed with another key, for another purpose, or damaged
     */
    byte[] open(byte[] sealed, String purpose) {
        byte[] nonce = Arrays.copyOf(sealed, NONCE_BYTES);
        return cipher(Cipher.DECRYPT_MODE, nonce, purpose, Arrays.copyOfRange(sealed, NONCE_BYTES, sealed.length));
    }

    /** A keyed hash (32 bytes) that every process with the same key file computes alike: it signs challenges. */
    public byte[] challengeMac(String text) {
        return mac(nonceKey, text);
    }

    private byte[] cipher(int mode, byte[] nonce, String purpose, byte[] input) {
        try {
            Cipher cipher = Cipher.getInstance("AES/GCM/NoPadding");
            cipher.init(mode, key, new GCMParameterSpec(TAG_BITS, nonce));
            cipher.updateAAD(purpose.getBytes(StandardCharsets.UTF_8));
            return cipher.doFinal(input);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(
                    "The sealed key for " + purpose
                            + " does not open: is weft.signer.key-file the one it was sealed with?",
                    e);
        }
    }

    private static byte[] mac(SecretKey key, String text) {
        try {
            Mac mac = Mac.getInstance(MAC);
            mac.init(key);
            return mac.doFinal(text.getBytes(StandardCharsets.UTF_8));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every Java platform has " + MAC, e);
        }
    }

    private static byte[] read(Path file) {
        try {
            if (Files.size(file) != KEY_BYTES) {
                throw new IllegalArgumentException("weft.signer.key-file: " + file + " must hold " + KEY_BYTES
                        + " bytes, not " + Files.size(file));
            }
            return Files.readAllBytes(file);
        } catch (IOException e) {
            throw new UncheckedIOException("weft.signer.key-file: cannot read " + file, e);
        }
    }
}
