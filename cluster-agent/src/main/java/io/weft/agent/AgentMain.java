package io.weft.agent;

import io.fabric8.kubernetes.client.KubernetesClient;
import io.quarkus.runtime.Quarkus;
import io.quarkus.runtime.QuarkusApplication;
import io.quarkus.runtime.annotations.QuarkusMain;
import java.time.InstantSource;
import java.util.random.RandomGenerator;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.jboss.logging.Logger;

/** Starts the agent and keeps it running until it is told to stop. */
@QuarkusMain
class AgentMain implements QuarkusApplication {
    private static final Logger LOG = Logger.getLogger(AgentMain.class);

    private final KubernetesClient client;
    private final AgentConfig config;
    private final String version;

    AgentMain(
            KubernetesClient client,
            AgentConfig config,
            @ConfigProperty(name = "quarkus.application.version") String version) {
        this.client = client;
        this.config = config;
        this.version = version;
    }

    @Override
    public int run(String... arguments) {
        try (Agent agent = new Agent(client, config, version, InstantSource.system(), RandomGenerator.getDefault())) {
            agent.start();
            LOG.infof(
                    "agent %s of cluster %s on Kubernetes %s", version, config.clusterId(), agent.kubernetesVersion());
            Quarkus.waitForExit();
            return 0;
        }
    }
}
