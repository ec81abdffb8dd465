package io.weft.agent;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.nio.file.Path;

/** Settings of the agent; the chart gives them as environment variables ({@code WEFT_GATEWAY_URL} and so on). */
@ConfigMapping(prefix = "weft")
interface AgentConfig {
    /** Address of the hub's gateway: https://host[:port]. */
    String gatewayUrl();

    /** sha256:... of the SubjectPublicKeyInfo of the hub's agent CA root. No match, no connection. */
    String caPin();

    /** The cluster's public id, clu_... */
    String clusterId();

    /** The agent's own namespace. */
    @WithDefault("weft-system")
    String namespace();

    /** The agent's own service account. */
    @WithDefault("weft-agent")
    String serviceAccount();

    /** The agent's own image; probe pods run it. */
    @WithDefault("weft.local/weft-agent:dev")
    String image();

    /** Join token, mounted from Secret weft-join; needed once. */
    @WithDefault("/var/run/weft/join/token")
    Path tokenFile();

    /** The rules that the cluster's mesh releases need, as the chart was given them. */
    @WithDefault("/etc/weft/lifecycle-rules.json")
    Path lifecycleRules();

    /** Certificates that sign the kubelets' serving certificates. */
    @WithDefault("/var/run/secrets/kubernetes.io/serviceaccount/ca.crt")
    Path kubeletCa();

    /** True where the kubelets' certificates do not name the node's address; they must still be signed by that CA. */
    @WithDefault("false")
    boolean kubeletAnyName();

    /** The agent's bearer token for kubelets. */
    @WithDefault("/var/run/secrets/kubernetes.io/serviceaccount/token")
    Path kubeletToken();
}
