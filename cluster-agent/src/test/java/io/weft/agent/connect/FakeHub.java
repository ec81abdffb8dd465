package io.weft.agent.connect;

import com.google.protobuf.ByteString;
import io.grpc.Server;
import io.grpc.Status;
import io.grpc.netty.GrpcSslContexts;
import io.grpc.netty.NettyServerBuilder;
import io.grpc.stub.StreamObserver;
import io.netty.handler.ssl.ClientAuth;
import io.netty.handler.ssl.SslContextBuilder;
import io.weft.protocol.v1.AgentGrpc;
import io.weft.protocol.v1.AgentMessage;
import io.weft.protocol.v1.Certificate;
import io.weft.protocol.v1.ChallengeReply;
import io.weft.protocol.v1.ChallengeRequest;
import io.weft.protocol.v1.Desired;
import io.weft.protocol.v1.EnrolRequest;
import io.weft.protocol.v1.EnrolmentGrpc;
import io.weft.protocol.v1.HubMessage;
import io.weft.protocol.v1.RenewExpiredRequest;
import io.weft.protocol.v1.RenewRequest;
import io.weft.protocol.v1.Welcome;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.bouncycastle.pkcs.jcajce.JcaPKCS10CertificationRequest;
import org.jspecify.annotations.Nullable;

/** The hub's side of the protocol with an own CA, on loopback; remembers every message. */
public final class FakeHub implements AutoCloseable {
    public static final String TOKEN = "token-of-the-test";

    public final TestCa ca = new TestCa();
    public final List<AgentMessage> messages = new CopyOnWriteArrayList<>();
    public final AtomicInteger enrolments = new AtomicInteger();
    public final AtomicInteger renewals = new AtomicInteger();
    public final AtomicInteger expiredRenewals = new AtomicInteger();
    public volatile Duration certificateLife = Duration.ofHours(24);
    private final Server server;
    private volatile @Nullable StreamObserver<HubMessage> down;
    private volatile @Nullable Desired desired;

    public FakeHub() throws IOException {
        KeyPair keys = Keys.create();
        server = NettyServerBuilder.forAddress(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
                .sslContext(GrpcSslContexts.configure(SslContextBuilder.forServer(
                                keys.getPrivate(), ca.server(keys.getPublic(), "127.0.0.1"), ca.root()))
                        .trustManager(ca.root())
                        .clientAuth(ClientAuth.OPTIONAL)
                        .build())
                .addService(new Enrolments())
                .addService(new Streams())
                .build()
                .start();
    }

    public String url() {
        return "https://127.0.0.1:" + server.getPort();
    }

    /** Sends now, and again to every new stream. */
    public void desire(Desired newest) {
        desired = newest;
        StreamObserver<HubMessage> open = down;
        if (open != null) {
            open.onNext(HubMessage.newBuilder().setDesired(newest).build());
        }
    }

    public void send(HubMessage message) {
        StreamObserver<HubMessage> open = down;
        if (open != null) {
            open.onNext(message);
        }
    }

    public Stream<AgentMessage> messages(AgentMessage.KindCase kind) {
        return messages.stream().filter(message -> message.getKindCase() == kind);
    }

    @Override
    public void close() {
        server.shutdownNow();
    }

    private Certificate issue(byte[] request) {
        try {
            X509Certificate leaf = ca.agent(new JcaPKCS10CertificationRequest(request).getPublicKey(), certificateLife);
            return Certificate.newBuilder()
                    .addChainDer(ByteString.copyFrom(leaf.getEncoded()))
                    .setRegistrationEpoch(1)
                    .build();
        } catch (IOException | GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    private final class Enrolments extends EnrolmentGrpc.EnrolmentImplBase {
        @Override
        public void enrol(EnrolRequest request, StreamObserver<Certificate> answer) {
            enrolments.incrementAndGet();
            if (!TOKEN.equals(request.getToken())) {
                answer.onError(Status.UNAUTHENTICATED.asRuntimeException());
                return;
            }
            answer.onNext(issue(request.getCsrDer().toByteArray()));
            answer.onCompleted();
        }

        @Override
        public void challenge(ChallengeRequest request, StreamObserver<ChallengeReply> answer) {
            answer.onNext(ChallengeReply.newBuilder()
                    .setNonce(ByteString.copyFromUtf8("nonce"))
                    .build());
            answer.onCompleted();
        }

        @Override
        public void renewExpired(RenewExpiredRequest request, StreamObserver<Certificate> answer) {
            expiredRenewals.incrementAndGet();
            answer.onNext(issue(request.getCsrDer().toByteArray()));
            answer.onCompleted();
        }
    }

    private final class Streams extends AgentGrpc.AgentImplBase {
        @Override
        public void renew(RenewRequest request, StreamObserver<Certificate> answer) {
            renewals.incrementAndGet();
            answer.onNext(issue(request.getCsrDer().toByteArray()));
            answer.onCompleted();
        }

        @Override
        public StreamObserver<AgentMessage> connect(StreamObserver<HubMessage> answers) {
            return new StreamObserver<>() {
                @Override
                public void onNext(AgentMessage message) {
                    messages.add(message);
                    if (message.hasHello()) {
                        down = answers;
                        answers.onNext(HubMessage.newBuilder()
                                .setWelcome(Welcome.getDefaultInstance())
                                .build());
                        Desired newest = desired;
                        if (newest != null) {
                            answers.onNext(
                                    HubMessage.newBuilder().setDesired(newest).build());
                        }
                    }
                }

                @Override
                public void onError(Throwable cause) {
                    down = null;
                }

                @Override
                public void onCompleted() {
                    down = null;
                    answers.onCompleted();
                }
            };
        }
    }
}
