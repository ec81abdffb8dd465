package io.weft.fleet.signer;

import io.grpc.util.AdvancedTlsX509KeyManager;
import jakarta.inject.Singleton;
import java.security.KeyPair;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.time.InstantSource;
import java.util.List;
import java.util.regex.Pattern;
import javax.net.ssl.X509KeyManager;
import org.bouncycastle.asn1.x509.GeneralName;

/**
 * The gateway's own certificate. Key and certificate live in memory only; a renewal takes effect for the next connection.
 * The chain holds the root, so that an agent that pins it can check before it sends anything.
 */
@Singleton
public final class GatewayCertificate {
    private static final Pattern IP = Pattern.compile("[0-9]{1,3}(\\.[0-9]{1,3}){3}|[0-9a-fA-F:]*:[0-9a-fA-F:.]*");

    private final AgentCa ca;
    private final InstantSource clock;
    private final SecureRandom random;
    private final AdvancedTlsX509KeyManager keys = new AdvancedTlsX509KeyManager();

    GatewayCertificate(AgentCa ca, InstantSource clock, SecureRandom random) {
        this.ca = ca;
        this.clock = clock;
        this.random = random;
    }

    /** Where TLS finds the certificate; {@link #renew} must have been called once. */
    public X509KeyManager keys() {
        return keys;
    }

    /**
     * Makes a new key and certificate, valid for seven days.
     *
     * @param hosts DNS names and IP addresses by which agents reach the gateway, at least one
     */
    public void renew(List<String> hosts) {
        KeyedCertificate root = ca.root();
        KeyPair pair = Keys.newPair(random);
        List<GeneralName> names = hosts.stream().map(GatewayCertificate::name).toList();
        X509Certificate certificate =
                new CertificateForms(random).server(root, pair.getPublic(), names, clock.instant());
        keys.updateIdentityCredentials(new X509Certificate[] {certificate, root.certificate()}, pair.getPrivate());
    }

    private static GeneralName name(String host) {
        return new GeneralName(IP.matcher(host).matches() ? GeneralName.iPAddress : GeneralName.dNSName, host);
    }
}
