package io.weft.fleet.agents;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.util.List;

/** Where agents come in. */
@ConfigMapping(prefix = "weft.gateway")
interface GatewayConfig {
    /** Addresses to listen on, {@code host:port} each; port 0 takes a free one. */
    @WithDefault("127.0.0.1:9443")
    List<String> listen();

    /** DNS names and IP addresses by which agents reach the gateway; they stand in its certificate. */
    @WithDefault("localhost,127.0.0.1")
    List<String> hosts();
}
