package io.weft.fleet.agents;

import io.grpc.Contexts;
import io.grpc.Grpc;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.Status;
import io.weft.fleet.enrol.EnrolmentRate;
import io.weft.fleet.enrol.Enrolments;
import io.weft.fleet.signer.Keys;
import io.weft.fleet.signer.Signer;
import io.weft.protocol.v1.EnrolmentGrpc;
import jakarta.inject.Singleton;
import java.net.InetSocketAddress;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.SSLSession;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Stands before every call, before its first message is read: Enrolment only without a certificate, everything else only
 * with one that is in force. TLS has verified the chain.
 */
@Singleton
final class CallerCheck implements ServerInterceptor {
    private static final Logger LOG = Logger.getLogger(CallerCheck.class);

    private final Signer signer;
    private final Enrolments enrolments;
    private final EnrolmentRate rate;

    CallerCheck(Signer signer, Enrolments enrolments, EnrolmentRate rate) {
        this.signer = signer;
        this.enrolments = enrolments;
        this.rate = rate;
    }

    @Override
    public <Q, A> ServerCall.Listener<Q> interceptCall(
            ServerCall<Q, A> call, Metadata headers, ServerCallHandler<Q, A> next) {
        List<X509Certificate> chain = verifiedChain(call.getAttributes().get(Grpc.TRANSPORT_ATTR_SSL_SESSION));
        boolean enrolment =
                EnrolmentGrpc.SERVICE_NAME.equals(call.getMethodDescriptor().getServiceName());
        if (enrolment) {
            return chain.isEmpty()
                    ? admitted(call, headers, next)
                    : refuse(call, Status.PERMISSION_DENIED, "Enrolment is for callers without a certificate");
        }
        if (chain.isEmpty()) {
            return refuse(call, Status.UNAUTHENTICATED, "A client certificate is needed: enrol first");
        }
        return identified(call, headers, next, chain);
    }

    private <Q, A> ServerCall.Listener<Q> admitted(
            ServerCall<Q, A> call, Metadata headers, ServerCallHandler<Q, A> next) {
        return rate.admits(remoteHost(call))
                ? next.startCall(call, headers)
                : refuse(call, Status.RESOURCE_EXHAUSTED, "Too many enrolments from this address: wait some seconds");
    }

    private <Q, A> ServerCall.Listener<Q> identified(
            ServerCall<Q, A> call, Metadata headers, ServerCallHandler<Q, A> next, List<X509Certificate> chain) {
        Optional<Caller> caller;
        try {
            caller = caller(chain);
        } catch (RuntimeException e) {
            LOG.errorf(e, "agents.callerNotChecked");
            return refuse(call, Status.UNAVAILABLE, "The hub cannot check the certificate now: try again");
        }
        return caller.isPresent()
                ? Contexts.interceptCall(caller.get().attach(), call, headers, next)
                : refuse(
                        call,
                        Status.PERMISSION_DENIED,
                        "CertificateNotInForce: the registration it belongs to has ended; enrol again");
    }

    private Optional<Caller> caller(List<X509Certificate> chain) {
        X509Certificate leaf = chain.getFirst();
        return signer.identify(chain)
                .flatMap(agent -> enrolments
                        .epochInForce(agent, leaf)
                        .map(epoch -> new Caller(agent, Keys.fingerprint(leaf.getPublicKey()), epoch)));
    }

    private static List<X509Certificate> verifiedChain(@Nullable SSLSession session) {
        try {
            return session == null
                    ? List.of()
                    : Stream.of(session.getPeerCertificates())
                            .map(X509Certificate.class::cast)
                            .toList();
        } catch (SSLPeerUnverifiedException _) {
            return List.of();
        }
    }

    private static String remoteHost(ServerCall<?, ?> call) {
        return call.getAttributes().get(Grpc.TRANSPORT_ATTR_REMOTE_ADDR) instanceof InetSocketAddress address
                ? address.getHostString()
                : "unknown";
    }

    private static <Q, A> ServerCall.Listener<Q> refuse(ServerCall<Q, A> call, Status status, String why) {
        LOG.infof("agents.refused method=%s code=%s", call.getMethodDescriptor().getFullMethodName(), status.getCode());
        call.close(status.withDescription(why), new Metadata());
        return new ServerCall.Listener<>() {};
    }
}
