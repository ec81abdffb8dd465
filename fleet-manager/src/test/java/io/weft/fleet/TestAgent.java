package io.weft.fleet;

import com.google.protobuf.ByteString;
import io.grpc.ManagedChannel;
import io.grpc.netty.GrpcSslContexts;
import io.grpc.netty.NettyChannelBuilder;
import io.netty.handler.ssl.SslContextBuilder;
import io.weft.fleet.signer.AgentIdentity;
import io.weft.protocol.v1.AgentGrpc;
import io.weft.protocol.v1.Certificate;
import io.weft.protocol.v1.EnrolRequest;
import io.weft.protocol.v1.EnrolmentGrpc;
import io.weft.testkit.TestCertificates;
import java.io.ByteArrayInputStream;
import java.security.KeyPair;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.HexFormat;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Speaks to the gateway as an agent does, over real TLS. */
public final class TestAgent implements AutoCloseable {
    public static final String KUBERNETES_VERSION = "v1.33.13";
    public static final String CLUSTER_UID = "5f7c2a3e-uid";

    private final AgentIdentity identity;
    private final KeyPair key;
    private final Certificate certificate;
    private final ManagedChannel channel;

    private TestAgent(AgentIdentity identity, KeyPair key, Certificate certificate) throws Exception {
        this.identity = identity;
        this.key = key;
        this.certificate = certificate;
        this.channel = channel(key, certificate);
    }

    /** Enrols a new agent of the cluster. */
    public static TestAgent enrolled(AgentIdentity cluster) throws Exception {
        KeyPair key = TestCertificates.key();
        return with(cluster, key, enrol(cluster, Fleet.token(cluster), key));
    }

    public static TestAgent with(AgentIdentity cluster, KeyPair key, Certificate certificate) throws Exception {
        return new TestAgent(cluster, key, certificate);
    }

    /** One enrolment over a connection without a certificate; throws what the gateway answers. */
    public static Certificate enrol(AgentIdentity cluster, String token, KeyPair key) throws Exception {
        return enrol(request(cluster, token, TestCertificates.signingRequest(key, "CN=whatever")));
    }

    public static Certificate enrol(EnrolRequest request) throws Exception {
        ManagedChannel anonymous = channel(null, null);
        try {
            return EnrolmentGrpc.newBlockingStub(anonymous)
                    .withDeadlineAfter(20, TimeUnit.SECONDS)
                    .enrol(request);
        } finally {
            anonymous.shutdownNow();
        }
    }

    public static EnrolRequest request(AgentIdentity cluster, String token, byte[] csr) {
        return EnrolRequest.newBuilder()
                .setToken(token)
                .setClusterId(cluster.publicId())
                .setClusterUid(CLUSTER_UID)
                .setCsrDer(ByteString.copyFrom(csr))
                .build();
    }

    /** A connection to the gateway, with or without a client certificate. */
    public static ManagedChannel channel(@Nullable KeyPair key, @Nullable Certificate certificate) throws Exception {
        SslContextBuilder tls = GrpcSslContexts.forClient().trustManager(root());
        if (key != null && certificate != null) {
            tls.keyManager(key.getPrivate(), chain(certificate));
        }
        return NettyChannelBuilder.forAddress("127.0.0.1", FleetServices.gatewayPort())
                .sslContext(tls.build())
                .build();
    }

    /** The root as stored; an agent would take it from the handshake and compare its pin. */
    public static X509Certificate root() throws Exception {
        return certificate(HexFormat.of().parseHex(Fleet.text("SELECT encode(certificate_der, 'hex') FROM agent_ca")));
    }

    public static X509Certificate[] chain(Certificate certificate) throws Exception {
        X509Certificate[] chain = new X509Certificate[certificate.getChainDerCount()];
        for (int index = 0; index < chain.length; index++) {
            chain[index] = certificate(certificate.getChainDer(index).toByteArray());
        }
        return chain;
    }

    private static X509Certificate certificate(byte[] der) throws Exception {
        return (X509Certificate)
                CertificateFactory.getInstance("X.509").generateCertificate(new ByteArrayInputStream(der));
    }

    public AgentIdentity identity() {
        return identity;
    }

    public KeyPair key() {
        return key;
    }

    public Certificate certificate() {
        return certificate;
    }

    public ManagedChannel channel() {
        return channel;
    }

    public AgentGrpc.AgentBlockingStub calls() {
        return AgentGrpc.newBlockingStub(channel).withDeadlineAfter(20, TimeUnit.SECONDS);
    }

    /** Opens a stream and says Hello. */
    public TestStream connect() {
        return connect(0);
    }

    /** Opens a stream and says Hello, with this version applied. */
    public TestStream connect(long appliedVersion) {
        TestStream stream = TestStream.open(AgentGrpc.newStub(channel));
        stream.hello(certificate.getRegistrationEpoch(), appliedVersion);
        return stream;
    }

    /** Opens a stream and says nothing. */
    public TestStream connectSilently() {
        return TestStream.open(AgentGrpc.newStub(channel));
    }

    @Override
    public void close() {
        channel.shutdownNow();
    }
}
