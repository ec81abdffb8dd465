package io.weft.kit.seal;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PublicKey;
import java.security.Signature;
import java.security.spec.X509EncodedKeySpec;
import java.util.Optional;

/** Public keys of seals: Ed25519, named by the SHA-256 of their SubjectPublicKeyInfo. */
final class SealKeys {
    static final String ALGORITHM = "Ed25519";

    private SealKeys() {}

    static String id(byte[] publicKey) {
        return Digests.of(publicKey);
    }

    /** The key of that name; empty when the bytes are no key, or another one. */
    static Optional<PublicKey> read(String id, byte[] publicKey) {
        if (!id(publicKey).equals(id)) {
            return Optional.empty();
        }
        try {
            return Optional.of(KeyFactory.getInstance(ALGORITHM).generatePublic(new X509EncodedKeySpec(publicKey)));
        } catch (GeneralSecurityException _) {
            return Optional.empty();
        }
    }

    static boolean signed(PublicKey key, String statement, byte[] signature) {
        try {
            Signature verifier = Signature.getInstance(ALGORITHM);
            verifier.initVerify(key);
            verifier.update(statement.getBytes(StandardCharsets.UTF_8));
            return verifier.verify(signature);
        } catch (GeneralSecurityException _) {
            return false; // a signature of another length
        }
    }
}
