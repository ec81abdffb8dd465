package io.weft.agent.connect;

import java.io.IOException;
import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.PublicKey;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;

/** A root that signs a gateway's and agents' certificates. */
public final class TestCa {
    private static final X500Name ROOT = new X500Name("CN=test root");

    private final KeyPair keys = Keys.create();
    private final X509Certificate root = sign(keys.getPublic(), ROOT, true, Duration.ofDays(1), null);
    private long serial = 1;

    public X509Certificate root() {
        return root;
    }

    public String pin() {
        return PinnedTrust.pinOf(keys.getPublic());
    }

    /** A server certificate for an IP address. */
    public X509Certificate server(PublicKey key, String address) {
        return sign(
                key,
                new X500Name("CN=gateway"),
                false,
                Duration.ofHours(1),
                new GeneralName(GeneralName.iPAddress, address));
    }

    /** A client certificate that lives for so long from now. */
    public X509Certificate agent(PublicKey key, Duration life) {
        GeneralName name =
                new GeneralName(GeneralName.uniformResourceIdentifier, "spiffe://weft.test/tenant/t/cluster/c");
        return sign(key, new X500Name("CN=agent"), false, life, name);
    }

    private X509Certificate sign(
            PublicKey key,
            X500Name subject,
            boolean ca,
            Duration life,
            @org.jspecify.annotations.Nullable GeneralName name) {
        Instant begins = life.compareTo(Duration.ofHours(1)) < 0
                ? Instant.now()
                : Instant.now().minusSeconds(60);
        try {
            var builder = new JcaX509v3CertificateBuilder(
                    ROOT, BigInteger.valueOf(serial++), Date.from(begins), Date.from(begins.plus(life)), subject, key);
            builder.addExtension(Extension.basicConstraints, true, new BasicConstraints(ca));
            if (name != null) {
                builder.addExtension(Extension.subjectAlternativeName, false, new GeneralNames(name));
            }
            return new JcaX509CertificateConverter()
                    .getCertificate(
                            builder.build(new JcaContentSignerBuilder("SHA256withECDSA").build(keys.getPrivate())));
        } catch (IOException | OperatorCreationException | GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }
}
