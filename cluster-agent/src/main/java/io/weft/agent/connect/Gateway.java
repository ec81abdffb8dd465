package io.weft.agent.connect;

import io.grpc.ManagedChannel;
import io.grpc.netty.GrpcSslContexts;
import io.grpc.netty.NettyChannelBuilder;
import io.netty.handler.ssl.SslContextBuilder;
import java.net.URI;
import java.security.cert.X509Certificate;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/** The hub's address, and channels to it. */
final class Gateway {
    /** Above the largest body chunk and desired state (layers of references), below what would hurt a small heap. */
    private static final int MAX_MESSAGE_BYTES = 4 * 1024 * 1024;

    private final String host;
    private final int port;
    private final PinnedTrust trust;

    /** @param url https address; port 443 where none is named. Throws IllegalArgumentException for anything else. */
    Gateway(String url, PinnedTrust trust) {
        URI uri = URI.create(url);
        if (!"https".equals(uri.getScheme()) || uri.getHost() == null) {
            throw new IllegalArgumentException("WEFT_GATEWAY_URL must be https://host[:port], got " + url);
        }
        this.host = uri.getHost();
        this.port = uri.getPort() < 0 ? 443 : uri.getPort();
        this.trust = trust;
    }

    /** A channel with the identity's certificate, or, for enrolment, with none. */
    ManagedChannel channel(@Nullable Identity identity) {
        try {
            SslContextBuilder tls = GrpcSslContexts.configure(SslContextBuilder.forClient())
                    .trustManager(trust)
                    .protocols("TLSv1.3", "TLSv1.2");
            if (identity != null) {
                tls.keyManager(identity.key(), identity.chain().toArray(new X509Certificate[0]));
            }
            return NettyChannelBuilder.forAddress(host, port)
                    .sslContext(tls.build())
                    .keepAliveTime(20, TimeUnit.SECONDS)
                    .keepAliveTimeout(10, TimeUnit.SECONDS)
                    .maxInboundMessageSize(MAX_MESSAGE_BYTES)
                    .disableRetry()
                    .build();
        } catch (SSLException e) {
            throw new IllegalStateException("TLS cannot be set up", e);
        }
    }

    @Override
    public String toString() {
        return host + ":" + port;
    }
}
