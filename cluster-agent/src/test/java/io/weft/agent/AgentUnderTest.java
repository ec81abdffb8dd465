package io.weft.agent;

import io.weft.agent.connect.FakeHub;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.random.RandomGenerator;

/** A whole agent in this JVM, against a real API server. */
final class AgentUnderTest implements AutoCloseable {
    private final Agent agent;

    private AgentUnderTest(Agent agent) {
        this.agent = agent;
    }

    static AgentUnderTest start(RealCluster cluster, String namespace, String url, String pin) throws IOException {
        Path token = Files.createTempFile("token", "");
        Files.writeString(token, FakeHub.TOKEN);
        Agent agent = new Agent(
                cluster.api,
                new Settings(url, pin, namespace, token),
                "test",
                InstantSource.system(),
                RandomGenerator.getDefault());
        agent.start();
        return new AgentUnderTest(agent);
    }

    @Override
    public void close() {
        agent.close();
    }

    private record Settings(String gatewayUrl, String caPin, String namespace, Path tokenFile) implements AgentConfig {
        @Override
        public String clusterId() {
            return "clu_test";
        }

        @Override
        public String serviceAccount() {
            return "default";
        }

        @Override
        public String image() {
            return System.getProperty("weft.test.agent-image", "weft.local/weft-agent:0.1.0-SNAPSHOT");
        }

        @Override
        public Path lifecycleRules() {
            return Path.of("absent");
        }

        @Override
        public Path kubeletCa() {
            return Path.of("absent");
        }

        @Override
        public boolean kubeletAnyName() {
            return false;
        }

        @Override
        public Path kubeletToken() {
            return Path.of("absent");
        }
    }
}
