package io.weft.fleet.signer;

import io.weft.kit.id.TenantId;
import io.weft.kit.id.UuidV7;
import io.weft.kit.tenancy.TenantTx;
import jakarta.inject.Singleton;
import java.security.KeyPair;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.time.InstantSource;
import java.util.HexFormat;
import java.util.Optional;
import java.util.UUID;

/** The tenants' intermediates. The newest row is the current one; certificates of an older one are refused. */
@Singleton
final class Intermediates {
    private final AgentCa ca;
    private final KeySeal seal;
    private final TrustDomain domain;
    private final InstantSource clock;
    private final SecureRandom random;

    Intermediates(AgentCa ca, KeySeal seal, TrustDomain domain, InstantSource clock, SecureRandom random) {
        this.ca = ca;
        this.seal = seal;
        this.domain = domain;
        this.clock = clock;
        this.random = random;
    }

    /** The tenant's current intermediate, made in this transaction if there is none. {@link AgentCa} must be loaded. */
    KeyedCertificate currentOrNew(TenantTx tx) {
        Optional<KeyedCertificate> stored = current(tx);
        if (stored.isPresent()) {
            return stored.get();
        }
        // Two first enrolments at once: the second waits here and then sees the first one's row.
        tx.first(
                String.class,
                "SELECT pg_advisory_xact_lock(hashtextextended('tenant_intermediate/' || ?, 0))::text",
                tx.tenant().toString());
        return current(tx).orElseGet(() -> create(tx));
    }

    Optional<KeyedCertificate> current(TenantTx tx) {
        return tx.first(Row.class, """
                        SELECT id, encode(certificate_der, 'hex') AS certificate, encode(sealed_key, 'hex') AS sealed_key
                        FROM tenant_intermediate ORDER BY create_time DESC, id DESC LIMIT 1
                        """)
                .map(row -> new AgentCa.StoredKey(row.certificate(), row.sealedKey())
                        .open(seal, purpose(tx.tenant(), row.id())));
    }

    private KeyedCertificate create(TenantTx tx) {
        KeyPair pair = Keys.newPair(random);
        X509Certificate certificate = new CertificateForms(random)
                .intermediate(ca.root(), pair.getPublic(), domain.uriOf(tx.tenant()), clock.instant());
        UUID id = UuidV7.next();
        tx.update(
                """
                INSERT INTO tenant_intermediate (tenant_id, id, certificate_der, sealed_key)
                VALUES (?, ?, decode(?, 'hex'), decode(?, 'hex'))
                """,
                tx.tenant(),
                id,
                AgentCa.hex(certificate),
                HexFormat.of().formatHex(seal.seal(pair.getPrivate().getEncoded(), purpose(tx.tenant(), id))));
        return new KeyedCertificate(certificate, pair.getPrivate());
    }

    private static String purpose(TenantId tenant, UUID id) {
        return "tenant_intermediate/" + tenant + "/" + id;
    }

    record Row(UUID id, String certificate, String sealedKey) {
        @Override
        public String toString() {
            return "Row[hidden]";
        }
    }
}
