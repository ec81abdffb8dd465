package io.weft.fleet.signer;

import io.weft.kit.id.TenantId;
import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Writes and reads the one URI name of a certificate. */
public record TrustDomain(String name) {
    private static final Pattern FORM = Pattern.compile("[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?");
    private static final String UUID_FORM = "([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})";
    private static final Pattern TENANT_PATH = Pattern.compile("/tenant/" + UUID_FORM);
    private static final Pattern AGENT_PATH = Pattern.compile("/tenant/" + UUID_FORM + "/cluster/" + UUID_FORM);
    private static final int URI_NAME = 6;

    public TrustDomain {
        if (!FORM.matcher(name).matches()) {
            throw new IllegalArgumentException(
                    "weft.signer.trust-domain: must be a lower-case DNS name, not '" + name + "'");
        }
    }

    String uriOf(TenantId tenant) {
        return "spiffe://" + name + "/tenant/" + tenant.value();
    }

    String uriOf(AgentIdentity agent) {
        return uriOf(agent.tenant()) + "/cluster/" + agent.cluster();
    }

    /** The tenant whose intermediate this is. */
    Optional<TenantId> tenantIn(X509Certificate intermediate) {
        return path(intermediate)
                .map(TENANT_PATH::matcher)
                .filter(Matcher::matches)
                .map(path -> new TenantId(UUID.fromString(path.group(1))));
    }

    /** The agent whose certificate this is. */
    Optional<AgentIdentity> agentIn(X509Certificate leaf) {
        return path(leaf)
                .map(AGENT_PATH::matcher)
                .filter(Matcher::matches)
                .map(path -> new AgentIdentity(
                        new TenantId(UUID.fromString(path.group(1))), UUID.fromString(path.group(2))));
    }

    /** The part after the trust domain, if the certificate has exactly one name and that is a URI of this domain. */
    private Optional<String> path(X509Certificate certificate) {
        String prefix = "spiffe://" + name;
        return onlyUri(certificate)
                .filter(uri -> uri.startsWith(prefix + "/"))
                .map(uri -> uri.substring(prefix.length()));
    }

    private static Optional<String> onlyUri(X509Certificate certificate) {
        try {
            Collection<List<?>> names = certificate.getSubjectAlternativeNames();
            if (names == null || names.size() != 1) {
                return Optional.empty();
            }
            List<?> only = names.iterator().next();
            return only.get(0).equals(URI_NAME) ? Optional.of((String) only.get(1)) : Optional.empty();
        } catch (CertificateParsingException _) {
            return Optional.empty(); // a name that cannot be read is no name
        }
    }
}
