package io.weft.agent.apply;

import static org.assertj.core.api.Assertions.assertThat;

import io.weft.agent.DesiredBuilder;
import io.weft.agent.FakeApi;
import io.weft.agent.plan.Snapshot;
import io.weft.protocol.v1.AgentMessage;
import io.weft.protocol.v1.Desired;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class StateStoreTest {
    private final List<AgentMessage> sent = new ArrayList<>();
    private FakeApi cluster;

    @BeforeEach
    void start() throws IOException {
        cluster = new FakeApi();
        state("clu_old").receive(desired(7));
    }

    @AfterEach
    void stop() {
        cluster.close();
    }

    @Test
    void aRestartedAgentGoesOnWithItsState() {
        DesiredState restarted = state("clu_old");
        restarted.load();
        assertThat(restarted.current().version()).isEqualTo(7);
    }

    @Test
    void theStateOfAFormerRegistrationIsNeitherEnforcedNorAReasonToRefuse() {
        DesiredState registered = state("clu_new");
        registered.load();
        assertThat(registered.current()).isEqualTo(Snapshot.NONE);
        registered.receive(desired(1));
        assertThat(registered.current().version()).isEqualTo(1);
        assertThat(sent).noneMatch(AgentMessage::hasRejected);

        DesiredState restarted = state("clu_new");
        restarted.load();
        assertThat(restarted.current().version()).isEqualTo(1);
    }

    private DesiredState state(String clusterId) {
        return new DesiredState(new StateStore(cluster.api, "weft-system", clusterId), sent::add);
    }

    private static Desired desired(long version) {
        return new DesiredBuilder().object("policy", """
                        {"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"rules","namespace":"shop"}}""").build(version);
    }
}
