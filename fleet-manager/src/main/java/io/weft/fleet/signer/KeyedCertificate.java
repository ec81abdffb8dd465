package io.weft.fleet.signer;

import java.security.PrivateKey;
import java.security.cert.X509Certificate;

/** A certificate with its private key; stays in this package. */
record KeyedCertificate(X509Certificate certificate, PrivateKey key) {
    /** Never the key. */
    @Override
    public String toString() {
        return "KeyedCertificate[" + certificate.getSubjectX500Principal() + "]";
    }
}
