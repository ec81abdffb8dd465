package io.weft.fleet.enrol;

import io.weft.fleet.enrol.EnrolmentOutcome.Issued;
import io.weft.fleet.enrol.EnrolmentOutcome.Refused;
import io.weft.fleet.signer.AgentIdentity;
import io.weft.fleet.signer.CertificateRequest;
import io.weft.fleet.signer.IssuedCertificate;
import io.weft.fleet.signer.Keys;
import io.weft.fleet.signer.Signer;
import io.weft.kit.tenancy.TenantTransactions;
import io.weft.kit.tenancy.TenantTx;
import jakarta.inject.Singleton;
import java.security.cert.X509Certificate;
import java.time.InstantSource;
import java.util.Optional;
import java.util.UUID;

/** Gives certificates: each in the transaction that makes it possible and records it. */
@Singleton
public final class Enrolments {
    private static final String ENROL = "agent.enrol";
    private static final String ENROL_REFUSED = "agent.enrolRefused";
    private static final String RENEW = "agent.renew";
    private static final String RENEW_REFUSED = "agent.renewRefused";

    private final TenantTransactions transactions;
    private final Signer signer;
    private final InstantSource clock;

    Enrolments(TenantTransactions transactions, Signer signer, InstantSource clock) {
        this.transactions = transactions;
        this.signer = signer;
        this.clock = clock;
    }

    /** Exchanges a join token for the cluster's first certificate of a new registration epoch. */
    EnrolmentOutcome enrol(String token, UUID cluster, String clusterUid, byte[] csr) {
        if (!(CertificateRequest.read(csr) instanceof CertificateRequest.Accepted request)) {
            return invalid(CertificateRequest.read(csr));
        }
        signer.prepare();
        String hash = JoinTokens.hash(token);
        return transactions
                .claim(
                        tx -> JoinTokens.find(tx, hash),
                        (found, tx) -> enrol(tx, found.id(), cluster, clusterUid, request))
                .orElse(Refused.because(Refusal.TOKEN_UNKNOWN));
    }

    private EnrolmentOutcome enrol(
            TenantTx tx, UUID token, UUID cluster, String clusterUid, CertificateRequest.Accepted request) {
        Optional<Refusal> refusal = JoinTokens.refusal(tx, token, cluster, clock.instant())
                .or(() -> Registrations.lock(tx, cluster)
                        .map(registration -> refusal(tx, cluster, clusterUid, request, registration))
                        .orElse(Optional.of(Refusal.TOKEN_UNKNOWN)));
        // The look above is a courtesy to the caller; only this update decides who wins.
        if (refusal.isEmpty() && !JoinTokens.consume(tx, token, cluster)) {
            refusal = Optional.of(Refusal.TOKEN_USED);
        }
        if (refusal.isPresent()) {
            EnrolmentAudit.refused(tx, cluster, ENROL_REFUSED, refusal.get());
            return Refused.because(refusal.get());
        }
        long epoch = Registrations.begin(tx, cluster, clusterUid);
        return issue(tx, cluster, request, epoch, ENROL);
    }

    private static Optional<Refusal> refusal(
            TenantTx tx,
            UUID cluster,
            String clusterUid,
            CertificateRequest.Accepted request,
            Registrations.Registration registration) {
        if (registration.isOtherCluster(clusterUid)) {
            return Optional.of(Refusal.CLUSTER_COPIED);
        }
        return Registrations.knowsKey(tx, cluster, request.fingerprint())
                ? Optional.of(Refusal.KEY_REUSED)
                : Optional.empty();
    }

    /** Renews over a connection that proved the old key. */
    public EnrolmentOutcome renew(AgentIdentity agent, String provenKey, byte[] csr) {
        if (!(CertificateRequest.read(csr) instanceof CertificateRequest.Accepted request)) {
            return invalid(CertificateRequest.read(csr));
        }
        signer.prepare();
        return transactions.in(agent.tenant(), tx -> renew(tx, agent.cluster(), provenKey, request));
    }

    /** Renews for the holder of a key whose certificate belongs to the epoch in force. */
    EnrolmentOutcome renew(TenantTx tx, UUID cluster, String provenKey, CertificateRequest.Accepted request) {
        Optional<Registrations.Registration> registration = Registrations.lock(tx, cluster);
        Optional<Long> epoch = registration.flatMap(_ -> Registrations.epochInForce(tx, cluster, provenKey));
        if (epoch.isEmpty()) {
            return Refused.because(Refusal.REVOKED);
        }
        if (Registrations.knowsKey(tx, cluster, request.fingerprint())) {
            EnrolmentAudit.refused(tx, cluster, RENEW_REFUSED, Refusal.KEY_REUSED);
            return Refused.because(Refusal.KEY_REUSED);
        }
        return issue(tx, cluster, request, epoch.get(), RENEW);
    }

    /** The registration epoch of a presented certificate, if it is the one in force and the tenant's intermediate signed. */
    public Optional<Long> epochInForce(AgentIdentity agent, X509Certificate leaf) {
        String fingerprint = Keys.fingerprint(leaf.getPublicKey());
        return transactions.in(
                agent.tenant(),
                tx -> signer.isSignedFor(tx, leaf)
                        ? Registrations.epochInForce(tx, agent.cluster(), fingerprint)
                        : Optional.empty());
    }

    private EnrolmentOutcome issue(
            TenantTx tx, UUID cluster, CertificateRequest.Accepted request, long epoch, String action) {
        IssuedCertificate issued = signer.issue(tx, cluster, request.key());
        Registrations.remember(tx, cluster, request.fingerprint(), issued, epoch);
        EnrolmentAudit.issued(tx, cluster, action, request.fingerprint(), issued, epoch);
        return new Issued(issued, epoch);
    }

    static EnrolmentOutcome invalid(CertificateRequest request) {
        return switch (request) {
            case CertificateRequest.Refused refused ->
                Refused.because(Refusal.REQUEST_INVALID, "It " + refused.reason());
            case CertificateRequest.Accepted _ -> throw new IllegalStateException("an accepted request is not invalid");
        };
    }
}
