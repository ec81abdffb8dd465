package io.weft.fleet.signer;

import io.weft.kit.id.UuidV7;
import io.weft.kit.tenancy.PlatformTx;
import io.weft.kit.tenancy.TenantTransactions;
import jakarta.inject.Singleton;
import java.security.KeyPair;
import java.security.SecureRandom;
import java.security.cert.CertificateEncodingException;
import java.security.cert.X509Certificate;
import java.time.InstantSource;
import java.util.HexFormat;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The root of the agent CA: made once by whichever process comes first, the unique index of its table decides. */
@Singleton
public final class AgentCa {
    private static final String PURPOSE = "agent_ca";

    private final TenantTransactions transactions;
    private final KeySeal seal;
    private final InstantSource clock;
    private final SecureRandom random;
    private @Nullable KeyedCertificate root;

    AgentCa(TenantTransactions transactions, KeySeal seal, InstantSource clock, SecureRandom random) {
        this.transactions = transactions;
        this.seal = seal;
        this.clock = clock;
        this.random = random;
    }

    /** What agents pin and the gateway trusts. Opens a transaction on its first call. */
    public X509Certificate rootCertificate() {
        return root().certificate();
    }

    synchronized KeyedCertificate root() {
        KeyedCertificate known = root;
        if (known == null) {
            known = transactions.platform(this::readOrCreate);
            root = known;
        }
        return known;
    }

    private KeyedCertificate readOrCreate(PlatformTx tx) {
        Optional<KeyedCertificate> stored = read(tx);
        if (stored.isPresent()) {
            return stored.get();
        }
        create(tx);
        return read(tx).orElseThrow();
    }

    private Optional<KeyedCertificate> read(PlatformTx tx) {
        return tx.first(
                        StoredKey.class,
                        "SELECT encode(certificate_der, 'hex') AS certificate, encode(sealed_key, 'hex') AS sealed_key FROM agent_ca")
                .map(row -> row.open(seal, PURPOSE));
    }

    private void create(PlatformTx tx) {
        KeyPair pair = Keys.newPair(random);
        X509Certificate certificate =
                new CertificateForms(random).root(pair.getPublic(), pair.getPrivate(), clock.instant());
        tx.update(
                """
                INSERT INTO agent_ca (id, spki_pin, certificate_der, sealed_key) VALUES (?, ?, decode(?, 'hex'), decode(?, 'hex'))
                ON CONFLICT DO NOTHING
                """,
                UuidV7.next(),
                "sha256:" + Keys.fingerprint(pair.getPublic()),
                hex(certificate),
                HexFormat.of().formatHex(seal.seal(pair.getPrivate().getEncoded(), PURPOSE)));
    }

    static String hex(X509Certificate certificate) {
        try {
            return HexFormat.of().formatHex(certificate.getEncoded());
        } catch (CertificateEncodingException e) {
            throw new IllegalStateException("A certificate just made cannot be encoded", e);
        }
    }

    /** Hex of a certificate and of its sealed private key. */
    record StoredKey(String certificate, String sealedKey) {
        KeyedCertificate open(KeySeal seal, String purpose) {
            return new KeyedCertificate(
                    Keys.storedCertificate(HexFormat.of().parseHex(certificate)),
                    Keys.privateKey(seal.open(HexFormat.of().parseHex(sealedKey), purpose)));
        }

        @Override
        public String toString() {
            return "StoredKey[hidden]";
        }
    }
}
