package io.weft.api.cluster;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;

/** The agent's Helm chart. */
@ConfigMapping(prefix = "weft.agent")
interface AgentConfig {
    /** What install lines give to Helm: a folder or the address of a chart. */
    @WithDefault("charts/weft-agent")
    String chart();
}
