package io.weft.fleet.agents;

import io.grpc.Server;
import io.grpc.Status;
import io.grpc.netty.GrpcSslContexts;
import io.grpc.netty.NettyServerBuilder;
import io.netty.handler.ssl.ClientAuth;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import io.weft.fleet.enrol.EnrolmentService;
import io.weft.fleet.signer.AgentCa;
import io.weft.fleet.signer.GatewayCertificate;
import io.weft.kit.work.Loop;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLException;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/** The port that agents come in by: TLS with an optional client certificate, whose absence {@link CallerCheck} judges. */
@Singleton
final class Gateway {
    static final int MAX_MESSAGE_BYTES = 4 * 1024 * 1024;
    static final int MAX_ENROLMENT_BYTES = 8 * 1024;

    private static final Logger LOG = Logger.getLogger(Gateway.class);
    private static final int MAX_HEADER_BYTES = 8 * 1024;
    private static final int MAX_CALLS_PER_CONNECTION = 8;
    /** A half-open connection is found after both of these: 40 s, promised are 45 s. */
    private static final Duration KEEPALIVE = Duration.ofSeconds(20);

    private static final Duration MIN_CLIENT_KEEPALIVE = Duration.ofSeconds(10);
    private static final Duration HANDSHAKE = Duration.ofSeconds(10);
    /** Connections without a call: those that enrolled, and those that only occupy a place. */
    private static final Duration MAX_IDLE = Duration.ofMinutes(1);

    private static final Duration RENEW_CERTIFICATE = Duration.ofDays(1);
    private static final Duration DRAIN = Duration.ofSeconds(2);

    private final GatewayConfig config;
    private final GatewayCertificate certificate;
    private final AgentCa ca;
    private final CallerCheck check;
    private final EnrolmentService enrolment;
    private final AgentService agents;
    private final Sessions sessions;
    private final LinkWatch watch;
    private final Presence presence;
    private @Nullable Server server;
    private @Nullable ExecutorService executor;
    private @Nullable Thread renewal;
    private @Nullable Loop lost;

    Gateway(
            GatewayConfig config,
            GatewayCertificate certificate,
            AgentCa ca,
            CallerCheck check,
            EnrolmentService enrolment,
            AgentService agents,
            Sessions sessions,
            LinkWatch watch,
            Presence presence) {
        this.config = config;
        this.certificate = certificate;
        this.ca = ca;
        this.check = check;
        this.enrolment = enrolment;
        this.agents = agents;
        this.sessions = sessions;
        this.watch = watch;
        this.presence = presence;
    }

    void begin(@Observes StartupEvent start) throws IOException {
        certificate.renew(config.hosts());
        renewal = Thread.ofVirtual().name("gateway-certificate").start(this::keepCertificateFresh);
        executor = Executors.newThreadPerTaskExecutor(
                Thread.ofVirtual().name("gateway-", 0).factory());
        server = build(executor).start();
        watch.start();
        lost = presence.auditLost();
        LOG.infof("agents.listening addresses=%s", addresses());
    }

    /** Where it listens now. */
    List<? extends SocketAddress> addresses() {
        return server == null ? List.of() : server.getListenSockets();
    }

    private Server build(ExecutorService workers) throws SSLException {
        NettyServerBuilder builder = null;
        for (String listen : config.listen()) {
            InetSocketAddress address = address(listen);
            builder = builder == null ? NettyServerBuilder.forAddress(address) : builder.addListenAddress(address);
        }
        if (builder == null) {
            throw new IllegalArgumentException("weft.gateway.listen: at least one host:port is needed");
        }
        return builder.sslContext(tls())
                .executor(workers)
                .intercept(check)
                .addService(BoundedRequests.of(enrolment.bindService(), MAX_ENROLMENT_BYTES))
                .addService(agents)
                .maxInboundMessageSize(MAX_MESSAGE_BYTES)
                .maxInboundMetadataSize(MAX_HEADER_BYTES)
                .maxConcurrentCallsPerConnection(MAX_CALLS_PER_CONNECTION)
                .handshakeTimeout(HANDSHAKE.toSeconds(), TimeUnit.SECONDS)
                .keepAliveTime(KEEPALIVE.toSeconds(), TimeUnit.SECONDS)
                .keepAliveTimeout(KEEPALIVE.toSeconds(), TimeUnit.SECONDS)
                .permitKeepAliveTime(MIN_CLIENT_KEEPALIVE.toSeconds(), TimeUnit.SECONDS)
                .permitKeepAliveWithoutCalls(true)
                .maxConnectionIdle(MAX_IDLE.toSeconds(), TimeUnit.SECONDS)
                .build();
    }

    private SslContext tls() throws SSLException {
        return GrpcSslContexts.configure(SslContextBuilder.forServer(certificate.keys()))
                .trustManager(ca.rootCertificate())
                .clientAuth(ClientAuth.OPTIONAL)
                .protocols("TLSv1.3")
                .build();
    }

    static InetSocketAddress address(String listen) {
        int colon = listen.lastIndexOf(':');
        try {
            String host = listen.substring(0, colon).replaceAll("^\\[|]$", "");
            return new InetSocketAddress(host, Integer.parseInt(listen.substring(colon + 1)));
        } catch (IndexOutOfBoundsException | IllegalArgumentException e) {
            throw new IllegalArgumentException("weft.gateway.listen: '" + listen + "' is not host:port", e);
        }
    }

    private void keepCertificateFresh() {
        try {
            while (true) {
                Thread.sleep(RENEW_CERTIFICATE);
                certificate.renew(config.hosts());
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    void end(@Observes ShutdownEvent end) throws InterruptedException {
        watch.stop();
        if (renewal != null) {
            renewal.interrupt();
        }
        if (lost != null) {
            lost.close();
        }
        sessions.all().forEach(AgentStream::drain);
        sessions.all()
                .forEach(stream ->
                        stream.close(Status.UNAVAILABLE.withDescription("The hub is restarting: connect again")));
        if (server != null) {
            server.shutdown();
            if (!server.awaitTermination(DRAIN.toMillis(), TimeUnit.MILLISECONDS)) {
                server.shutdownNow();
            }
        }
        if (executor != null) {
            executor.shutdown();
        }
    }
}
