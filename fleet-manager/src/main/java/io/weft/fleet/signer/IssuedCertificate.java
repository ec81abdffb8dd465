package io.weft.fleet.signer;

import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.List;

/** A new agent certificate: leaf first, then the tenant's intermediate. */
public record IssuedCertificate(List<X509Certificate> chain) {
    public IssuedCertificate {
        chain = List.copyOf(chain);
    }

    public String serial() {
        return chain.getFirst().getSerialNumber().toString(16);
    }

    public Instant notAfter() {
        return chain.getFirst().getNotAfter().toInstant();
    }
}
