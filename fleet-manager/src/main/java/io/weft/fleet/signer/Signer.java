package io.weft.fleet.signer;

import io.weft.kit.id.TenantId;
import io.weft.kit.tenancy.TenantTx;
import jakarta.inject.Singleton;
import java.security.GeneralSecurityException;
import java.security.PublicKey;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/** Signs agent certificates and says whose a presented one is. */
@Singleton
public final class Signer {
    private final AgentCa ca;
    private final Intermediates intermediates;
    private final TrustDomain domain;
    private final InstantSource clock;
    private final CertificateForms forms;

    Signer(AgentCa ca, Intermediates intermediates, TrustDomain domain, InstantSource clock, SecureRandom random) {
        this.ca = ca;
        this.intermediates = intermediates;
        this.domain = domain;
        this.clock = clock;
        this.forms = new CertificateForms(random);
    }

    /** Reads the root before a tenant's transaction needs it: transactions do not nest. */
    public void prepare() {
        ca.root();
    }

    /** A certificate of 24 hours for a cluster of the transaction's tenant; call {@link #prepare} before the transaction. */
    public IssuedCertificate issue(TenantTx tx, UUID cluster, PublicKey key) {
        KeyedCertificate intermediate = intermediates.currentOrNew(tx);
        String uri = domain.uriOf(new AgentIdentity(tx.tenant(), cluster));
        return new IssuedCertificate(
                List.of(forms.agent(intermediate, key, uri, clock.instant()), intermediate.certificate()));
    }

    /**
     * Whose verified chain this is: leaf and intermediate must name the same tenant. TLS has checked signatures, validity
     * and purpose before.
     */
    public Optional<AgentIdentity> identify(List<X509Certificate> verifiedChain) {
        if (verifiedChain.size() < 2) {
            return Optional.empty();
        }
        Optional<TenantId> signer = domain.tenantIn(verifiedChain.get(1));
        return domain.agentIn(verifiedChain.getFirst())
                .filter(agent -> signer.filter(agent.tenant()::equals).isPresent());
    }

    /** Who an unverified certificate claims to be; only {@link #isSignedFor} makes it a fact. */
    public Optional<AgentIdentity> claimedBy(X509Certificate leaf) {
        return domain.agentIn(leaf);
    }

    /** Whether the tenant's current intermediate signed this certificate; says nothing about its validity in time. */
    public boolean isSignedFor(TenantTx tx, X509Certificate leaf) {
        Optional<KeyedCertificate> current = intermediates.current(tx);
        if (current.isEmpty()) {
            return false;
        }
        try {
            leaf.verify(current.get().certificate().getPublicKey());
            return true;
        } catch (GeneralSecurityException _) {
            return false;
        }
    }
}
