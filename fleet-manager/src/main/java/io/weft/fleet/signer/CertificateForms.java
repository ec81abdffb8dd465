package io.weft.fleet.signer;

import java.math.BigInteger;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.SecureRandom;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import java.util.List;
import javax.security.auth.x500.X500Principal;
import org.bouncycastle.asn1.ASN1Encodable;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.ExtendedKeyUsage;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.cert.CertIOException;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;

/** The four kinds of certificates this CA writes. Every name in them is the hub's own. */
final class CertificateForms {
    static final Duration CA_LIFE = Duration.ofDays(3650);
    static final Duration SERVER_LIFE = Duration.ofDays(7);
    static final Duration AGENT_LIFE = Duration.ofHours(24);

    /** Agents' clocks may be behind. */
    private static final Duration BACKDATED = Duration.ofMinutes(10);

    private static final int SERIAL_BITS = 127;

    private final SecureRandom random;

    CertificateForms(SecureRandom random) {
        this.random = random;
    }

    X509Certificate root(PublicKey key, PrivateKey itself, Instant now) {
        X500Principal name = new X500Principal("CN=Weft agent CA,O=Weft");
        JcaX509v3CertificateBuilder form = form(name, name, key, now, CA_LIFE);
        add(form, Extension.basicConstraints, new BasicConstraints(1));
        add(form, Extension.keyUsage, new KeyUsage(KeyUsage.keyCertSign | KeyUsage.cRLSign));
        return sign(form, itself);
    }

    X509Certificate intermediate(KeyedCertificate root, PublicKey key, String tenantUri, Instant now) {
        JcaX509v3CertificateBuilder form =
                form(subject(root), new X500Principal("CN=Weft agents of an organisation,O=Weft"), key, now, CA_LIFE);
        add(form, Extension.basicConstraints, new BasicConstraints(0));
        add(form, Extension.keyUsage, new KeyUsage(KeyUsage.keyCertSign));
        add(form, Extension.subjectAlternativeName, uri(tenantUri));
        return sign(form, root.key());
    }

    X509Certificate server(KeyedCertificate root, PublicKey key, List<GeneralName> hosts, Instant now) {
        JcaX509v3CertificateBuilder form =
                form(subject(root), new X500Principal("CN=Weft gateway,O=Weft"), key, now, SERVER_LIFE);
        endEntity(form, KeyPurposeId.id_kp_serverAuth);
        add(form, Extension.subjectAlternativeName, new GeneralNames(hosts.toArray(GeneralName[]::new)));
        return sign(form, root.key());
    }

    X509Certificate agent(KeyedCertificate intermediate, PublicKey key, String agentUri, Instant now) {
        JcaX509v3CertificateBuilder form =
                form(subject(intermediate), new X500Principal("CN=Weft agent,O=Weft"), key, now, AGENT_LIFE);
        endEntity(form, KeyPurposeId.id_kp_clientAuth);
        add(form, Extension.subjectAlternativeName, uri(agentUri));
        return sign(form, intermediate.key());
    }

    private static void endEntity(JcaX509v3CertificateBuilder form, KeyPurposeId purpose) {
        add(form, Extension.basicConstraints, new BasicConstraints(false));
        add(form, Extension.keyUsage, new KeyUsage(KeyUsage.digitalSignature));
        add(form, Extension.extendedKeyUsage, new ExtendedKeyUsage(purpose));
    }

    private JcaX509v3CertificateBuilder form(
            X500Principal issuer, X500Principal subject, PublicKey key, Instant now, Duration life) {
        return new JcaX509v3CertificateBuilder(
                issuer,
                new BigInteger(SERIAL_BITS, random).add(BigInteger.ONE),
                Date.from(now.minus(BACKDATED)),
                Date.from(now.plus(life)),
                subject,
                key);
    }

    private static X500Principal subject(KeyedCertificate issuer) {
        return issuer.certificate().getSubjectX500Principal();
    }

    private static GeneralNames uri(String uri) {
        return new GeneralNames(new GeneralName(GeneralName.uniformResourceIdentifier, uri));
    }

    private static void add(JcaX509v3CertificateBuilder form, ASN1ObjectIdentifier extension, ASN1Encodable value) {
        try {
            boolean critical = !extension.equals(Extension.subjectAlternativeName);
            form.addExtension(extension, critical, value);
        } catch (CertIOException e) {
            throw new IllegalStateException("An extension of a certificate cannot be encoded", e);
        }
    }

    private static X509Certificate sign(JcaX509v3CertificateBuilder form, PrivateKey key) {
        try {
            return new JcaX509CertificateConverter()
                    .getCertificate(form.build(new JcaContentSignerBuilder("SHA256withECDSA").build(key)));
        } catch (OperatorCreationException | CertificateException e) {
            throw new IllegalStateException("A certificate cannot be signed", e);
        }
    }
}
