package io.weft.testkit;

import java.io.IOException;
import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.time.Instant;
import java.util.Date;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.operator.ContentSigner;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.bouncycastle.pkcs.jcajce.JcaPKCS10CertificationRequestBuilder;

/** Keys, signing requests and certificates, good ones and bad ones, that tests made themselves. */
public final class TestCertificates {
    private static final String SIGNATURE = "SHA256withECDSA";
    private static final int SERIAL_BITS = 64;

    private TestCertificates() {}

    /** A new key on curve P-256. */
    public static KeyPair key() {
        try {
            KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
            generator.initialize(new ECGenParameterSpec("secp256r1"));
            return generator.generateKeyPair();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    /** A PKCS#10 request in DER, signed by the key it holds. */
    public static byte[] signingRequest(KeyPair key, String subject) {
        try {
            return new JcaPKCS10CertificationRequestBuilder(new X500Name(subject), key.getPublic())
                    .build(signer(key.getPrivate()))
                    .getEncoded();
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    /** A certificate authority that signed itself. */
    public static X509Certificate authority(KeyPair key, String subject, Instant notAfter) {
        return certificate(key, subject, key, subject, notAfter, true, new String[0]);
    }

    /** A leaf certificate with URI names, signed by an authority's key. */
    public static X509Certificate leaf(
            KeyPair key, String subject, KeyPair issuerKey, String issuer, Instant notAfter, String... uriNames) {
        return certificate(key, subject, issuerKey, issuer, notAfter, false, uriNames);
    }

    private static X509Certificate certificate(
            KeyPair key,
            String subject,
            KeyPair issuerKey,
            String issuer,
            Instant notAfter,
            boolean authority,
            String[] uriNames) {
        try {
            var builder = new JcaX509v3CertificateBuilder(
                    new X500Name(issuer),
                    new BigInteger(SERIAL_BITS, new SecureRandom()),
                    Date.from(notAfter.minusSeconds(7 * 24 * 3600L)),
                    Date.from(notAfter),
                    new X500Name(subject),
                    key.getPublic());
            builder.addExtension(Extension.basicConstraints, true, new BasicConstraints(authority));
            if (uriNames.length > 0) {
                GeneralName[] names = new GeneralName[uriNames.length];
                for (int index = 0; index < names.length; index++) {
                    names[index] = new GeneralName(GeneralName.uniformResourceIdentifier, uriNames[index]);
                }
                builder.addExtension(Extension.subjectAlternativeName, false, new GeneralNames(names));
            }
            return new JcaX509CertificateConverter().getCertificate(builder.build(signer(issuerKey.getPrivate())));
        } catch (IOException | GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    private static ContentSigner signer(PrivateKey key) {
        try {
            return new JcaContentSignerBuilder(SIGNATURE).build(key);
        } catch (OperatorCreationException e) {
            throw new IllegalStateException(e);
        }
    }
}
