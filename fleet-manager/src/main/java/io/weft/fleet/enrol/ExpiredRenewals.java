package io.weft.fleet.enrol;

import io.weft.fleet.enrol.EnrolmentOutcome.Refused;
import io.weft.fleet.signer.AgentIdentity;
import io.weft.fleet.signer.CertificateRequest;
import io.weft.fleet.signer.Keys;
import io.weft.fleet.signer.Signer;
import io.weft.kit.tenancy.TenantTransactions;
import io.weft.kit.tenancy.TenantTx;
import jakarta.inject.Singleton;
import java.security.GeneralSecurityException;
import java.security.Signature;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Optional;

/** The return of an agent that slept past its certificate's end: it proves the stored key by signing a challenge. */
@Singleton
final class ExpiredRenewals {
    static final Duration GRACE = Duration.ofDays(7);

    private static final int MAX_CERTIFICATE_BYTES = 4096;
    private static final int MAX_SIGNATURE_BYTES = 256;

    private final TenantTransactions transactions;
    private final Signer signer;
    private final Challenges challenges;
    private final Enrolments enrolments;
    private final InstantSource clock;

    ExpiredRenewals(
            TenantTransactions transactions,
            Signer signer,
            Challenges challenges,
            Enrolments enrolments,
            InstantSource clock) {
        this.transactions = transactions;
        this.signer = signer;
        this.challenges = challenges;
        this.enrolments = enrolments;
        this.clock = clock;
    }

    /** A nonce for the certificate's key; tells nothing about whether the certificate is known. */
    Optional<byte[]> challenge(byte[] certificateDer) {
        return read(certificateDer).map(leaf -> challenges.create(Keys.fingerprint(leaf.getPublicKey())));
    }

    EnrolmentOutcome renew(Proof proof) {
        Optional<X509Certificate> leaf = read(proof.certificate());
        Optional<AgentIdentity> claimed = leaf.flatMap(signer::claimedBy);
        if (claimed.isEmpty() || !proves(leaf.get(), proof)) {
            return Refused.because(Refusal.PROOF_INVALID);
        }
        if (!(CertificateRequest.read(proof.csr()) instanceof CertificateRequest.Accepted request)) {
            return Enrolments.invalid(CertificateRequest.read(proof.csr()));
        }
        signer.prepare();
        return transactions.in(
                claimed.get().tenant(), tx -> renew(tx, claimed.get(), leaf.get(), proof.clusterUid(), request));
    }

    private EnrolmentOutcome renew(
            TenantTx tx,
            AgentIdentity agent,
            X509Certificate leaf,
            String clusterUid,
            CertificateRequest.Accepted request) {
        if (!signer.isSignedFor(tx, leaf)) {
            return Refused.because(Refusal.PROOF_INVALID);
        }
        if (leaf.getNotAfter().toInstant().plus(GRACE).isBefore(clock.instant())) {
            return refuse(tx, agent, Refusal.EXPIRED_TOO_LONG);
        }
        if (Registrations.lock(tx, agent.cluster())
                .filter(registration -> registration.isOtherCluster(clusterUid))
                .isPresent()) {
            return refuse(tx, agent, Refusal.CLUSTER_COPIED);
        }
        return enrolments.renew(tx, agent.cluster(), Keys.fingerprint(leaf.getPublicKey()), request);
    }

    private static EnrolmentOutcome refuse(TenantTx tx, AgentIdentity agent, Refusal refusal) {
        if (Registrations.lock(tx, agent.cluster()).isPresent()) {
            EnrolmentAudit.refused(tx, agent.cluster(), "agent.renewRefused", refusal);
        }
        return Refused.because(refusal);
    }

    private boolean proves(X509Certificate leaf, Proof proof) {
        if (!challenges.isValid(proof.nonce(), Keys.fingerprint(leaf.getPublicKey()))) {
            return false;
        }
        try {
            Signature signature = Signature.getInstance("SHA256withECDSA");
            signature.initVerify(leaf.getPublicKey());
            signature.update(proof.nonce());
            signature.update(proof.csr());
            return proof.signature().length <= MAX_SIGNATURE_BYTES && signature.verify(proof.signature());
        } catch (GeneralSecurityException _) {
            return false;
        }
    }

    private static Optional<X509Certificate> read(byte[] der) {
        if (der.length == 0 || der.length > MAX_CERTIFICATE_BYTES) {
            return Optional.empty();
        }
        try {
            return Optional.of(Keys.certificate(der));
        } catch (CertificateException _) {
            return Optional.empty();
        }
    }

    /** What the agent sends: the signature is over nonce and request. */
    interface Proof {
        byte[] certificate();

        byte[] nonce();

        byte[] signature();

        byte[] csr();

        String clusterUid();
    }
}
