package io.weft.api.http;

import io.quarkus.arc.Unremovable;
import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import io.weft.kit.readiness.ReadinessCheck;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.List;
import org.eclipse.microprofile.config.inject.ConfigProperty;

/** Keys travel in a header: they leave this machine encrypted, or not at all. */
@Singleton
@Unremovable
final class PlainHttpCheck implements ReadinessCheck {
    private final String host;
    private final String insecureRequests;
    private final boolean tlsInFront;

    /** How callers reach this service. */
    @ConfigMapping(prefix = "weft.http")
    interface HttpConfig {
        /** Something in front of this service, which alone can reach it, ends TLS: an ingress, a proxy on this machine. */
        @WithDefault("false")
        boolean tlsInFront();
    }

    @Inject
    PlainHttpCheck(
            HttpConfig config,
            @ConfigProperty(name = "quarkus.http.host") String host,
            @ConfigProperty(name = "quarkus.http.insecure-requests", defaultValue = "enabled")
                    String insecureRequests) {
        this(host, insecureRequests, config.tlsInFront());
    }

    PlainHttpCheck(String host, String insecureRequests, boolean tlsInFront) {
        this.host = host;
        this.insecureRequests = insecureRequests;
        this.tlsInFront = tlsInFront;
    }

    @Override
    public List<String> dangers() {
        if (tlsInFront || insecureRequests.equalsIgnoreCase("disabled") || loopback()) {
            return List.of();
        }
        return List.of("quarkus.http.host is " + host
                + ", where others can listen, and requests without TLS are taken: API keys would travel in the open."
                + " Listen on 127.0.0.1, or set quarkus.http.ssl.certificate.* with quarkus.http.insecure-requests=disabled,"
                + " or weft.http.tls-in-front=true if TLS ends in front of this service and nothing else reaches it");
    }

    private boolean loopback() {
        try {
            return InetAddress.getByName(host).isLoopbackAddress();
        } catch (UnknownHostException _) {
            return false;
        }
    }
}
