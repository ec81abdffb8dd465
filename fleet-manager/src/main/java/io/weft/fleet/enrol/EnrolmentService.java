package io.weft.fleet.enrol;

import com.google.protobuf.ByteString;
import com.google.protobuf.Timestamp;
import io.grpc.Status;
import io.grpc.stub.StreamObserver;
import io.weft.fleet.signer.AgentIdentity;
import io.weft.fleet.signer.IssuedCertificate;
import io.weft.kit.id.PublicId;
import io.weft.protocol.v1.Certificate;
import io.weft.protocol.v1.ChallengeReply;
import io.weft.protocol.v1.ChallengeRequest;
import io.weft.protocol.v1.EnrolRequest;
import io.weft.protocol.v1.EnrolmentGrpc;
import io.weft.protocol.v1.RenewExpiredRequest;
import jakarta.inject.Singleton;
import java.security.cert.CertificateEncodingException;
import java.security.cert.X509Certificate;
import java.util.regex.Pattern;
import org.jboss.logging.Logger;

/** The one service for callers without a certificate. */
@Singleton
public final class EnrolmentService extends EnrolmentGrpc.EnrolmentImplBase {
    private static final Logger LOG = Logger.getLogger(EnrolmentService.class);
    private static final Pattern UID = Pattern.compile("[0-9A-Za-z-]{1,64}");
    private static final int MAX_TOKEN_CHARACTERS = 256;

    private final Enrolments enrolments;
    private final ExpiredRenewals renewals;

    EnrolmentService(Enrolments enrolments, ExpiredRenewals renewals) {
        this.enrolments = enrolments;
        this.renewals = renewals;
    }

    @Override
    public void enrol(EnrolRequest request, StreamObserver<Certificate> answer) {
        if (!UID.matcher(request.getClusterUid()).matches()) {
            answer.onError(invalid("cluster_uid: must be the UID of namespace kube-system"));
            return;
        }
        if (request.getToken().length() > MAX_TOKEN_CHARACTERS) {
            answer.onError(Refusal.TOKEN_UNKNOWN.status().asRuntimeException());
            return;
        }
        try {
            answer(
                    enrolments.enrol(
                            request.getToken(),
                            AgentIdentity.parseCluster(request.getClusterId()),
                            request.getClusterUid(),
                            request.getCsrDer().toByteArray()),
                    answer);
        } catch (PublicId.InvalidPublicId e) {
            answer.onError(invalid("cluster_id " + e.getMessage()));
        }
    }

    @Override
    public void challenge(ChallengeRequest request, StreamObserver<ChallengeReply> answer) {
        renewals.challenge(request.getExpiredCertificateDer().toByteArray())
                .ifPresentOrElse(
                        nonce -> {
                            answer.onNext(ChallengeReply.newBuilder()
                                    .setNonce(ByteString.copyFrom(nonce))
                                    .build());
                            answer.onCompleted();
                        },
                        () -> answer.onError(invalid("expired_certificate_der: is no readable certificate")));
    }

    @Override
    public void renewExpired(RenewExpiredRequest request, StreamObserver<Certificate> answer) {
        answer(renewals.renew(new WireProof(request)), answer);
    }

    /** Sends what came out; also for renewals over a connection with a certificate. */
    public static void answer(EnrolmentOutcome outcome, StreamObserver<Certificate> answer) {
        switch (outcome) {
            case EnrolmentOutcome.Issued issued -> {
                answer.onNext(certificate(issued.certificate(), issued.registrationEpoch()));
                answer.onCompleted();
            }
            case EnrolmentOutcome.Refused refused -> {
                LOG.infof("enrolment.refused code=%s", refused.status().getCode());
                answer.onError(refused.status().asRuntimeException());
            }
        }
    }

    private static RuntimeException invalid(String what) {
        return Status.INVALID_ARGUMENT.withDescription(what).asRuntimeException();
    }

    private static Certificate certificate(IssuedCertificate issued, long epoch) {
        Certificate.Builder certificate = Certificate.newBuilder()
                .setNotAfter(Timestamp.newBuilder().setSeconds(issued.notAfter().getEpochSecond()))
                .setRegistrationEpoch(epoch);
        issued.chain().forEach(link -> certificate.addChainDer(der(link)));
        return certificate.build();
    }

    private static ByteString der(X509Certificate certificate) {
        try {
            return ByteString.copyFrom(certificate.getEncoded());
        } catch (CertificateEncodingException e) {
            throw new IllegalStateException("A certificate just made cannot be encoded", e);
        }
    }

    /** The proof as it came over the wire. */
    private record WireProof(RenewExpiredRequest request) implements ExpiredRenewals.Proof {
        @Override
        public byte[] certificate() {
            return request.getExpiredCertificateDer().toByteArray();
        }

        @Override
        public byte[] nonce() {
            return request.getNonce().toByteArray();
        }

        @Override
        public byte[] signature() {
            return request.getSignature().toByteArray();
        }

        @Override
        public byte[] csr() {
            return request.getCsrDer().toByteArray();
        }

        @Override
        public String clusterUid() {
            return request.getClusterUid();
        }
    }
}
