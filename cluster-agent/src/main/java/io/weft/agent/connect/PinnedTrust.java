package io.weft.agent.connect;

import java.net.Socket;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.PublicKey;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.util.HexFormat;
import java.util.Optional;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509ExtendedTrustManager;
import org.jboss.logging.Logger;

/**
 * Trusts a server whose chain ends in the one root with the pinned key (SHA-256 of its SubjectPublicKeyInfo), and nothing
 * else: not the system's roots, not the leaf's name alone. Path, dates, key usage and the server's name are then judged by
 * the JDK with that root as the only anchor.
 */
final class PinnedTrust extends X509ExtendedTrustManager {
    private static final Logger LOG = Logger.getLogger(PinnedTrust.class);
    private static final String PREFIX = "sha256:";

    private final byte[] pin;

    /** @param pin "sha256:" and 64 hexadecimal digits. Throws IllegalArgumentException for anything else. */
    PinnedTrust(String pin) {
        String hex = pin.startsWith(PREFIX) ? pin.substring(PREFIX.length()) : "";
        if (hex.length() != 64) {
            throw new IllegalArgumentException(
                    "WEFT_CA_PIN must be sha256:<64 hexadecimal digits>; take gateway.caPin from the install values");
        }
        this.pin = HexFormat.of().parseHex(hex);
    }

    static String pinOf(PublicKey key) {
        return PREFIX + HexFormat.of().formatHex(sha256(key));
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String authType, SSLEngine engine)
            throws CertificateException {
        delegate(chain).checkServerTrusted(chain, authType, engine);
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String authType, Socket socket)
            throws CertificateException {
        delegate(chain).checkServerTrusted(chain, authType, socket);
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String authType) throws CertificateException {
        throw new CertificateException("a server is trusted only on a connection whose name can be checked");
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String authType, SSLEngine engine)
            throws CertificateException {
        throw new CertificateException("the agent accepts no connections");
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String authType, Socket socket)
            throws CertificateException {
        throw new CertificateException("the agent accepts no connections");
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String authType) throws CertificateException {
        throw new CertificateException("the agent accepts no connections");
    }

    @Override
    public X509Certificate[] getAcceptedIssuers() {
        return new X509Certificate[0];
    }

    private X509ExtendedTrustManager delegate(X509Certificate[] chain) throws CertificateException {
        X509Certificate root = pinned(chain).orElseThrow(() -> wrongPin(chain));
        try {
            KeyStore anchors = KeyStore.getInstance(KeyStore.getDefaultType());
            anchors.load(null, null);
            anchors.setCertificateEntry("root", root);
            TrustManagerFactory factory = TrustManagerFactory.getInstance("PKIX");
            factory.init(anchors);
            for (TrustManager manager : factory.getTrustManagers()) {
                if (manager instanceof X509ExtendedTrustManager extended) {
                    return extended;
                }
            }
            throw new CertificateException("this Java has no PKIX trust manager");
        } catch (GeneralSecurityException | java.io.IOException e) {
            throw new CertificateException("the pinned root cannot be used as an anchor", e);
        }
    }

    /** Only a CA certificate counts: a leaf with the pinned key would be no root. */
    private Optional<X509Certificate> pinned(X509Certificate[] chain) {
        for (X509Certificate certificate : chain) {
            if (certificate.getBasicConstraints() >= 0
                    && MessageDigest.isEqual(sha256(certificate.getPublicKey()), pin)) {
                return Optional.of(certificate);
            }
        }
        return Optional.empty();
    }

    private CertificateException wrongPin(X509Certificate[] chain) {
        String last = chain.length == 0 ? "nothing" : pinOf(chain[chain.length - 1].getPublicKey());
        String message = "the gateway's chain ends in " + last + ", pinned is " + PREFIX
                + HexFormat.of().formatHex(pin)
                + ": not connecting, no token was sent. Compare gateway.caPin with the hub's install values; if they agree,"
                + " somebody else answers at the gateway's address.";
        LOG.error(message);
        return new CertificateException(message);
    }

    private static byte[] sha256(PublicKey key) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(key.getEncoded());
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }
}
