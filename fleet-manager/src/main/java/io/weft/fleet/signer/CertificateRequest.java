package io.weft.fleet.signer;

import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PublicKey;
import java.security.interfaces.RSAPublicKey;
import java.security.spec.X509EncodedKeySpec;
import java.util.Optional;
import java.util.Set;
import org.bouncycastle.asn1.ASN1Encodable;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.pkcs.PKCSObjectIdentifiers;
import org.bouncycastle.asn1.sec.SECObjectIdentifiers;
import org.bouncycastle.asn1.x509.SubjectPublicKeyInfo;
import org.bouncycastle.asn1.x9.X9ObjectIdentifiers;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentVerifierProviderBuilder;
import org.bouncycastle.pkcs.PKCS10CertificationRequest;
import org.bouncycastle.pkcs.PKCSException;

/** A certificate signing request, of which only the public key is ever used. */
public sealed interface CertificateRequest {
    /** Largest request that is read at all. */
    int MAX_BYTES = 4096;

    /** The request proves that its sender holds the key. */
    record Accepted(PublicKey key, String fingerprint) implements CertificateRequest {}

    /** Why no certificate can be made of it; completes "The certificate request ...". */
    record Refused(String reason) implements CertificateRequest {}

    /** Reads and checks untrusted bytes. */
    static CertificateRequest read(byte[] der) {
        if (der.length == 0 || der.length > MAX_BYTES) {
            return new Refused("has " + der.length + " bytes; 1 to " + MAX_BYTES + " are read");
        }
        try {
            return Reading.check(new PKCS10CertificationRequest(der));
        } catch (IOException | RuntimeException _) {
            // The parser throws what it likes on hostile bytes; whatever it is, the request is unreadable.
            return new Refused("is no readable PKCS#10");
        }
    }

    /** The checks, in order. */
    final class Reading {
        private static final int MIN_RSA_BITS = 2048;
        private static final int MAX_RSA_BITS = 8192;
        private static final Set<ASN1ObjectIdentifier> CURVES =
                Set.of(SECObjectIdentifiers.secp256r1, SECObjectIdentifiers.secp384r1);
        private static final Set<ASN1ObjectIdentifier> SIGNATURES = Set.of(
                X9ObjectIdentifiers.ecdsa_with_SHA256,
                X9ObjectIdentifiers.ecdsa_with_SHA384,
                X9ObjectIdentifiers.ecdsa_with_SHA512,
                PKCSObjectIdentifiers.sha256WithRSAEncryption,
                PKCSObjectIdentifiers.sha384WithRSAEncryption,
                PKCSObjectIdentifiers.sha512WithRSAEncryption);

        private Reading() {}

        private static CertificateRequest check(PKCS10CertificationRequest request) throws IOException {
            if (!SIGNATURES.contains(request.getSignatureAlgorithm().getAlgorithm())) {
                return new Refused("is signed with an algorithm that is not accepted: use SHA-256 or longer");
            }
            Optional<PublicKey> key = key(request.getSubjectPublicKeyInfo());
            if (key.isEmpty()) {
                return new Refused("has a key that is not accepted: use EC P-256, EC P-384 or RSA from " + MIN_RSA_BITS
                        + " to " + MAX_RSA_BITS + " bits");
            }
            if (!provesPossession(request, key.get())) {
                return new Refused("is not signed by its own key");
            }
            return new Accepted(key.get(), Keys.fingerprint(key.get()));
        }

        private static Optional<PublicKey> key(SubjectPublicKeyInfo info) throws IOException {
            ASN1ObjectIdentifier algorithm = info.getAlgorithm().getAlgorithm();
            try {
                if (algorithm.equals(X9ObjectIdentifiers.id_ecPublicKey)) {
                    ASN1Encodable curve = info.getAlgorithm().getParameters();
                    return curve instanceof ASN1ObjectIdentifier named && CURVES.contains(named)
                            ? Optional.of(decode("EC", info))
                            : Optional.empty();
                }
                if (algorithm.equals(PKCSObjectIdentifiers.rsaEncryption)) {
                    return Optional.of(decode("RSA", info)).filter(Reading::isStrongRsa);
                }
                return Optional.empty();
            } catch (GeneralSecurityException _) {
                return Optional.empty(); // for example a point that is not on its curve
            }
        }

        private static PublicKey decode(String algorithm, SubjectPublicKeyInfo info)
                throws GeneralSecurityException, IOException {
            return KeyFactory.getInstance(algorithm).generatePublic(new X509EncodedKeySpec(info.getEncoded()));
        }

        private static boolean isStrongRsa(PublicKey key) {
            if (!(key instanceof RSAPublicKey rsa)) {
                return false;
            }
            int bits = rsa.getModulus().bitLength();
            return bits >= MIN_RSA_BITS
                    && bits <= MAX_RSA_BITS
                    && rsa.getPublicExponent().testBit(0)
                    && rsa.getPublicExponent().bitLength() > 1;
        }

        private static boolean provesPossession(PKCS10CertificationRequest request, PublicKey key) {
            try {
                return request.isSignatureValid(new JcaContentVerifierProviderBuilder().build(key));
            } catch (OperatorCreationException | PKCSException _) {
                return false;
            }
        }
    }
}
