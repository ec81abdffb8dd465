package io.weft.api.cluster;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;

/** Where agents call. */
@ConfigMapping(prefix = "weft.gateway")
interface GatewayConfig {
    /** Address of the agents' gateway as clusters reach it. */
    @WithDefault("https://127.0.0.1:9443")
    String url();
}
