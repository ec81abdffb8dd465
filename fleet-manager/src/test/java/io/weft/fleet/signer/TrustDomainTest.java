package io.weft.fleet.signer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.weft.kit.id.TenantId;
import io.weft.testkit.TestCertificates;
import java.security.KeyPair;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TrustDomainTest {
    private static final String TENANT = "018f0000-0000-7000-8000-000000000001";
    private static final String CLUSTER = "018f0000-0000-7000-8000-00000000000a";
    private static final String GOOD = "spiffe://weft.local/tenant/" + TENANT + "/cluster/" + CLUSTER;
    private static final TrustDomain DOMAIN = new TrustDomain("weft.local");

    @Test
    void theNameThatTheHubWritesIsReadBack() {
        AgentIdentity agent = new AgentIdentity(new TenantId(UUID.fromString(TENANT)), UUID.fromString(CLUSTER));

        assertThat(DOMAIN.uriOf(agent)).isEqualTo(GOOD);
        assertThat(DOMAIN.agentIn(certificate(GOOD))).contains(agent);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "spiffe://weft.local/tenant/" + TENANT + "/cluster/" + CLUSTER + "0",
                "spiffe://weft.local/tenant/" + TENANT + "/cluster/" + CLUSTER + "/",
                "spiffe://weft.local/tenant/" + TENANT + "/cluster/*",
                "spiffe://weft.local/tenant/" + TENANT + "//cluster/" + CLUSTER,
                "spiffe://weft.local/tenant/" + TENANT,
                "spiffe://weft.local/tenant/018F0000-0000-7000-8000-000000000001/cluster/" + CLUSTER,
                "spiffe://weft.local.evil/tenant/" + TENANT + "/cluster/" + CLUSTER,
                "spiffe://weft.loca1/tenant/" + TENANT + "/cluster/" + CLUSTER,
                "spiffe://WEFT.local/tenant/" + TENANT + "/cluster/" + CLUSTER,
                "https://weft.local/tenant/" + TENANT + "/cluster/" + CLUSTER,
                "spiffe://weft.local/tenant/" + TENANT + "/cluster/" + CLUSTER + "?x=1",
                "spiffe://weft.local/tenant/" + TENANT + "/cluster/1-1-1-1-1"
            })
    void anythingElseIsNoAgent(String uri) {
        assertThat(DOMAIN.agentIn(certificate(uri))).isEmpty();
    }

    @Test
    void aCertificateWithTwoNamesOrNoneIsNoAgent() {
        assertThat(DOMAIN.agentIn(certificate(GOOD, GOOD))).isEmpty();
        assertThat(DOMAIN.agentIn(certificate())).isEmpty();
    }

    @Test
    void aTrustDomainIsALowerCaseDnsName() {
        assertThatThrownBy(() -> new TrustDomain("weft local/..")).hasMessageContaining("weft.signer.trust-domain");
    }

    private static X509Certificate certificate(String... uris) {
        KeyPair key = TestCertificates.key();
        return TestCertificates.leaf(key, "CN=a", key, "CN=a", Instant.parse("2030-01-01T00:00:00Z"), uris);
    }
}
