package io.weft.kit.seal;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.SecureRandom;
import java.security.Signature;
import java.security.spec.EdECPrivateKeySpec;
import java.security.spec.NamedParameterSpec;

/** The key that signs seals: Ed25519, made of 32 secret bytes. */
public final class SealingKey {
    /** Size of the key file. */
    public static final int BYTES = 32;

    private static final String PROOF = "weft-audit-key 1\n";

    private final PrivateKey privateKey;
    private final PublicKey publicKey;

    private SealingKey(PrivateKey privateKey, PublicKey publicKey) {
        this.privateKey = privateKey;
        this.publicKey = publicKey;
    }

    /**
     * The key of a seed.
     *
     * @throws IllegalArgumentException not 32 bytes
     */
    public static SealingKey of(byte[] seed) {
        if (seed.length != BYTES) {
            throw new IllegalArgumentException("The audit signing key has " + seed.length + " bytes, needs " + BYTES);
        }
        try {
            PrivateKey secret = KeyFactory.getInstance(SealKeys.ALGORITHM)
                    .generatePrivate(new EdECPrivateKeySpec(NamedParameterSpec.ED25519, seed));
            SealingKey key = new SealingKey(secret, publicKey(seed));
            if (!SealKeys.signed(key.publicKey, PROOF, key.sign(PROOF))) {
                throw new IllegalStateException("This Java platform derives another public key from the same bytes");
            }
            return key;
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every Java platform since 15 has Ed25519", e);
        }
    }

    /** Java derives a public key only while it makes a pair: here its chance is the seed. */
    private static PublicKey publicKey(byte[] seed) throws GeneralSecurityException {
        KeyPairGenerator generator = KeyPairGenerator.getInstance(SealKeys.ALGORITHM);
        generator.initialize(NamedParameterSpec.ED25519, new Fixed(seed));
        KeyPair pair = generator.generateKeyPair();
        return pair.getPublic();
    }

    /** SHA-256 of the public key. */
    public String id() {
        return SealKeys.id(publicKey());
    }

    /** SubjectPublicKeyInfo, DER. */
    public byte[] publicKey() {
        return publicKey.getEncoded();
    }

    byte[] sign(String statement) {
        try {
            Signature signature = Signature.getInstance(SealKeys.ALGORITHM);
            signature.initSign(privateKey);
            signature.update(statement.getBytes(StandardCharsets.UTF_8));
            return signature.sign();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("The audit signing key cannot sign", e);
        }
    }

    @Override
    public String toString() {
        return "SealingKey[" + id() + "]";
    }

    private static final class Fixed extends SecureRandom {
        private static final long serialVersionUID = 1;

        private final transient byte[] seed;

        Fixed(byte[] seed) {
            this.seed = seed.clone();
        }

        @Override
        public void nextBytes(byte[] bytes) {
            System.arraycopy(seed, 0, bytes, 0, bytes.length);
        }
    }
}
