package io.weft.fleet.enrol;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.google.protobuf.ByteString;
import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.weft.fleet.Fleet;
import io.weft.fleet.FleetTest;
import io.weft.fleet.ShiftedClock;
import io.weft.fleet.TestAgent;
import io.weft.fleet.signer.AgentIdentity;
import io.weft.protocol.v1.AgentGrpc;
import io.weft.protocol.v1.Certificate;
import io.weft.protocol.v1.ChallengeRequest;
import io.weft.protocol.v1.EnrolRequest;
import io.weft.protocol.v1.EnrolmentGrpc;
import io.weft.protocol.v1.RenewExpiredRequest;
import io.weft.protocol.v1.RenewRequest;
import io.weft.testkit.TestCertificates;
import jakarta.inject.Inject;
import java.security.KeyPair;
import java.security.Signature;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.junit.jupiter.api.Test;

@FleetTest
class EnrolmentIT {
    private static final int CONCURRENT_USES = 64;

    @Inject
    ShiftedClock clock;

    @Test
    void theCertificateHoldsTheHubsNameOnly() throws Exception {
        AgentIdentity cluster = Fleet.cluster(Fleet.tenant());
        KeyPair key = TestCertificates.key();
        byte[] csr = ForeignNames.signingRequest(key);

        Certificate issued = TestAgent.enrol(TestAgent.request(cluster, Fleet.token(cluster), csr));

        X509Certificate leaf = TestAgent.chain(issued)[0];
        assertThat(leaf.getSubjectAlternativeNames())
                .singleElement()
                .asInstanceOf(InstanceOfAssertFactories.LIST)
                .containsExactly(6, "spiffe://weft.local/tenant/" + cluster.tenant() + "/cluster/" + cluster.cluster());
        assertThat(leaf.getSubjectX500Principal().getName()).isEqualTo("CN=Weft agent,O=Weft");
        assertThat(leaf.getBasicConstraints()).isEqualTo(-1);
        assertThat(leaf.getExtendedKeyUsage()).containsExactly("1.3.6.1.5.5.7.3.2");
        assertThat(leaf.getPublicKey()).isEqualTo(key.getPublic());
        assertThat(leaf.getNotAfter().toInstant())
                .isBetween(
                        Instant.now().plus(Duration.ofMinutes(1430)),
                        Instant.now().plus(Duration.ofHours(24)));
        assertThat(issued.getRegistrationEpoch()).isEqualTo(1);
        assertThat(Fleet.actions(cluster)).containsExactly("agent.enrol");
    }

    @Test
    void aTokenWorksOnce() throws Exception {
        AgentIdentity cluster = Fleet.cluster(Fleet.tenant());
        String token = Fleet.token(cluster);
        TestAgent.enrol(cluster, token, TestCertificates.key());

        Status status = refusal(() -> TestAgent.enrol(cluster, token, TestCertificates.key()));

        assertThat(status.getCode()).isEqualTo(Status.Code.UNAUTHENTICATED);
        assertThat(Fleet.refusals(cluster)).containsExactly("tokenUsed");
    }

    @Test
    void everyBadTokenGetsTheSameAnswerAndItsOwnAuditReason() throws Exception {
        AgentIdentity cluster = Fleet.cluster(Fleet.tenant());
        AgentIdentity sibling = Fleet.cluster(cluster.tenant());
        AgentIdentity stranger = Fleet.cluster(Fleet.tenant());
        String revoked = Fleet.token(cluster);
        Fleet.revokeToken(revoked);
        List<Callable<Certificate>> attempts = List.of(
                () -> TestAgent.enrol(cluster, "weft_enr_never", TestCertificates.key()),
                () -> TestAgent.enrol(cluster, Fleet.token(cluster, Duration.ofSeconds(-1)), TestCertificates.key()),
                () -> TestAgent.enrol(cluster, revoked, TestCertificates.key()),
                () -> TestAgent.enrol(cluster, Fleet.token(sibling), TestCertificates.key()),
                () -> TestAgent.enrol(cluster, Fleet.token(stranger), TestCertificates.key()));

        List<String> answers = new ArrayList<>();
        for (Callable<Certificate> attempt : attempts) {
            answers.add(refusal(attempt).toString());
        }

        assertThat(answers).hasSize(5).allMatch(answers.getFirst()::equals);
        assertThat(Fleet.refusals(cluster)).containsExactly("tokenExpired", "tokenRevoked", "tokenForOtherCluster");
        assertThat(Fleet.text("SELECT count(*) FROM agent_certificate WHERE cluster_id = ?", cluster.cluster()))
                .isEqualTo("0");
    }

    @Test
    void ofManyUsesAtOnceExactlyOneWins() throws Exception {
        AgentIdentity cluster = Fleet.cluster(Fleet.tenant());
        String token = Fleet.token(cluster);
        int won = 0;
        try (ExecutorService callers = Executors.newFixedThreadPool(CONCURRENT_USES)) {
            List<Future<Boolean>> uses = new ArrayList<>();
            for (int use = 0; use < CONCURRENT_USES; use++) {
                uses.add(callers.submit(() -> wins(cluster, token)));
            }
            for (Future<Boolean> use : uses) {
                won += use.get() ? 1 : 0;
            }
        }

        assertThat(won).isEqualTo(1);
        assertThat(Fleet.text("SELECT count(*) FROM agent_certificate WHERE cluster_id = ?", cluster.cluster()))
                .isEqualTo("1");
        assertThat(Fleet.text("SELECT registration_epoch FROM agent_link WHERE cluster_id = ?", cluster.cluster()))
                .isEqualTo("1");
    }

    private static boolean wins(AgentIdentity cluster, String token) throws Exception {
        try {
            TestAgent.enrol(cluster, token, TestCertificates.key());
            return true;
        } catch (StatusRuntimeException e) {
            assertThat(e.getStatus().getCode()).isEqualTo(Status.Code.UNAUTHENTICATED);
            return false;
        }
    }

    @Test
    void aBadRequestConsumesNoToken() throws Exception {
        AgentIdentity cluster = Fleet.cluster(Fleet.tenant());
        String token = Fleet.token(cluster);

        Status status = refusal(() -> TestAgent.enrol(TestAgent.request(cluster, token, new byte[] {48, 1, 0})));

        assertThat(status.getCode()).isEqualTo(Status.Code.INVALID_ARGUMENT);
        assertThat(TestAgent.enrol(cluster, token, TestCertificates.key()).getChainDerCount())
                .isEqualTo(2);
    }

    @Test
    void aCopiedClusterIsRefusedAndItsTokenKept() throws Exception {
        AgentIdentity cluster = Fleet.cluster(Fleet.tenant());
        TestAgent.enrol(cluster, Fleet.token(cluster), TestCertificates.key());
        String token = Fleet.token(cluster);
        EnrolRequest copy =
                TestAgent.request(cluster, token, TestCertificates.signingRequest(TestCertificates.key(), "CN=x"))
                        .toBuilder()
                        .setClusterUid("another-uid")
                        .build();

        Status status = refusal(() -> TestAgent.enrol(copy));

        assertThat(status.getCode()).isEqualTo(Status.Code.FAILED_PRECONDITION);
        assertThat(status.getDescription()).startsWith("ClusterCopied");
        assertThat(TestAgent.enrol(cluster, token, TestCertificates.key()).getRegistrationEpoch())
                .isEqualTo(2);
    }

    @Test
    void aKeyIsNeverCertifiedTwice() throws Exception {
        AgentIdentity cluster = Fleet.cluster(Fleet.tenant());
        KeyPair key = TestCertificates.key();
        try (TestAgent agent = TestAgent.with(cluster, key, TestAgent.enrol(cluster, Fleet.token(cluster), key))) {
            assertThat(refusal(() -> agent.calls().renew(renewal(key))).getCode())
                    .isEqualTo(Status.Code.PERMISSION_DENIED);
        }
        assertThat(refusal(() -> TestAgent.enrol(cluster, Fleet.token(cluster), key))
                        .getCode())
                .isEqualTo(Status.Code.PERMISSION_DENIED);
    }

    @Test
    void anAgentRenewsWithANewKeyInTheSameEpoch() throws Exception {
        AgentIdentity cluster = Fleet.cluster(Fleet.tenant());
        KeyPair next = TestCertificates.key();
        try (TestAgent agent = TestAgent.enrolled(cluster)) {
            Certificate renewed = agent.calls().renew(renewal(next));

            assertThat(renewed.getRegistrationEpoch()).isEqualTo(1);
            try (TestAgent renewedAgent = TestAgent.with(cluster, next, renewed)) {
                assertThat(renewedAgent
                                .calls()
                                .renew(renewal(TestCertificates.key()))
                                .getRegistrationEpoch())
                        .isEqualTo(1);
            }
        }
        assertThat(Fleet.actions(cluster)).containsExactly("agent.enrol", "agent.renew", "agent.renew");
    }

    private static RenewRequest renewal(KeyPair key) {
        return RenewRequest.newBuilder()
                .setCsrDer(ByteString.copyFrom(TestCertificates.signingRequest(key, "CN=x")))
                .build();
    }

    @Test
    void enrolmentRefusesCallersWithACertificateAndTheAgentServiceThoseWithout() throws Exception {
        AgentIdentity cluster = Fleet.cluster(Fleet.tenant());
        EnrolRequest request = TestAgent.request(
                cluster, Fleet.token(cluster), TestCertificates.signingRequest(TestCertificates.key(), "CN=x"));
        try (TestAgent agent = TestAgent.enrolled(cluster)) {
            assertThat(refusal(() -> EnrolmentGrpc.newBlockingStub(agent.channel())
                                    .enrol(request))
                            .getCode())
                    .isEqualTo(Status.Code.PERMISSION_DENIED);
        }
        ManagedChannel anonymous = TestAgent.channel(null, null);
        try {
            assertThat(refusal(() -> AgentGrpc.newBlockingStub(anonymous).renew(renewal(TestCertificates.key())))
                            .getCode())
                    .isEqualTo(Status.Code.UNAUTHENTICATED);
        } finally {
            anonymous.shutdownNow();
        }
    }

    @Test
    void anOversizedEnrolmentIsRefusedBeforeItIsParsed() {
        AgentIdentity cluster = Fleet.cluster(Fleet.tenant());

        Status status = refusal(() -> TestAgent.enrol(TestAgent.request(cluster, "x", new byte[9 * 1024])));

        assertThat(status.getCode()).isEqualTo(Status.Code.RESOURCE_EXHAUSTED);
    }

    @Test
    void anExpiredAgentReturnsWithinSevenDaysByProvingItsKey() throws Exception {
        AgentIdentity cluster = Fleet.cluster(Fleet.tenant());
        KeyPair old = TestCertificates.key();
        Certificate expired = enrolledAgo(Duration.ofDays(3), cluster, old);
        KeyPair next = TestCertificates.key();

        Certificate renewed = returns(expired, next, old);

        try (TestAgent agent = TestAgent.with(cluster, next, renewed)) {
            assertThat(agent.calls().renew(renewal(TestCertificates.key())).getRegistrationEpoch())
                    .isEqualTo(1);
        }
    }

    @Test
    void anExpiredAgentDoesNotReturnAfterSevenDaysNorWithAnotherKeyNorWhenRevoked() throws Exception {
        AgentIdentity cluster = Fleet.cluster(Fleet.tenant());
        KeyPair old = TestCertificates.key();
        Certificate tooOld = enrolledAgo(Duration.ofDays(9), cluster, old);

        assertThat(refusal(() -> returns(tooOld, TestCertificates.key(), old)).getDescription())
                .startsWith("ExpiredTooLong");
        assertThat(refusal(() -> returns(tooOld, TestCertificates.key(), TestCertificates.key()))
                        .getCode())
                .isEqualTo(Status.Code.UNAUTHENTICATED);

        AgentIdentity revoked = Fleet.cluster(cluster.tenant());
        KeyPair stolen = TestCertificates.key();
        Certificate certificate = enrolledAgo(Duration.ofDays(3), revoked, stolen);
        Fleet.revokeAgent(revoked);
        assertThat(refusal(() -> returns(certificate, TestCertificates.key(), stolen))
                        .getDescription())
                .startsWith("Revoked");
    }

    private Certificate enrolledAgo(Duration ago, AgentIdentity cluster, KeyPair key) throws Exception {
        String token = Fleet.token(cluster);
        return clock.shifted(ago.negated(), () -> TestAgent.enrol(cluster, token, key));
    }

    private static Certificate returns(Certificate expired, KeyPair next, KeyPair signer) throws Exception {
        ManagedChannel anonymous = TestAgent.channel(null, null);
        try {
            EnrolmentGrpc.EnrolmentBlockingStub enrolment = EnrolmentGrpc.newBlockingStub(anonymous);
            ByteString nonce = enrolment
                    .challenge(ChallengeRequest.newBuilder()
                            .setExpiredCertificateDer(expired.getChainDer(0))
                            .build())
                    .getNonce();
            byte[] csr = TestCertificates.signingRequest(next, "CN=x");
            Signature proof = Signature.getInstance("SHA256withECDSA");
            proof.initSign(signer.getPrivate());
            proof.update(nonce.toByteArray());
            proof.update(csr);
            return enrolment.renewExpired(RenewExpiredRequest.newBuilder()
                    .setExpiredCertificateDer(expired.getChainDer(0))
                    .setNonce(nonce)
                    .setSignature(ByteString.copyFrom(proof.sign()))
                    .setCsrDer(ByteString.copyFrom(csr))
                    .setClusterUid(TestAgent.CLUSTER_UID)
                    .build());
        } finally {
            anonymous.shutdownNow();
        }
    }

    private static Status refusal(Callable<?> call) {
        StatusRuntimeException refused = catchThrowableOfType(StatusRuntimeException.class, call::call);
        assertThat(refused).as("the call must be refused").isNotNull();
        return refused.getStatus();
    }
}
