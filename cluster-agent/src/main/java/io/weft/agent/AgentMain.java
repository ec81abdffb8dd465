package io.weft.agent;

import io.quarkus.runtime.Quarkus;
import io.quarkus.runtime.QuarkusApplication;
import io.quarkus.runtime.annotations.QuarkusMain;
import io.weft.agent.kube.KubeApi;
import io.weft.agent.loop.Loop;
import java.time.Duration;
import java.time.InstantSource;
import java.util.random.RandomGenerator;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.jboss.logging.Logger;

/** Starts the agent and keeps it running until it is told to stop. */
@QuarkusMain
class AgentMain implements QuarkusApplication {
    private static final Logger LOG = Logger.getLogger(AgentMain.class);

    private static final Duration TIDY = Duration.ofMinutes(2);

    private final AgentConfig config;
    private final String version;

    AgentMain(AgentConfig config, @ConfigProperty(name = "quarkus.application.version") String version) {
        this.config = config;
        this.version = version;
    }

    @Override
    public int run(String... arguments) {
        try (KubeApi api = KubeApi.ofThisCluster();
                Agent agent = new Agent(api, config, version, InstantSource.system(), RandomGenerator.getDefault())) {
            agent.start();
            LOG.infof(
                    "agent %s of cluster %s on Kubernetes %s", version, config.clusterId(), agent.kubernetesVersion());
            try (Loop tidy = new Loop("tidy", AgentMain::tidy)) {
                tidy.start();
                Quarkus.waitForExit();
            }
            return 0;
        }
    }

    /**
     * A full collection now and then: applying a release fills the small heap with short-lived JSON, and only a collection
     * gives that memory back to the node. It takes some 50 ms.
     */
    private static Duration tidy() {
        System.gc();
        return TIDY;
    }
}
