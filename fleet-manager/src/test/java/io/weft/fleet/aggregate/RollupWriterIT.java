package io.weft.fleet.aggregate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.weft.fleet.Fleet;
import io.weft.fleet.FleetTest;
import io.weft.fleet.signer.AgentIdentity;
import io.weft.fleet.telemetry.TelemetryTopic;
import jakarta.inject.Inject;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

@FleetTest
class RollupWriterIT {
    /** A partition that the running aggregator never has. */
    private static final int PARTITION = 77;

    private static final Instant WINDOW = Instant.parse("2026-03-01T12:00:00Z");

    @Inject
    RollupWriter writer;

    @Inject
    Assignments assignments;

    @Test
    void anOwnerThatWasReplacedWritesNothing() {
        AgentIdentity cluster = Fleet.cluster(Fleet.tenant());
        Assignments.Owned paused = assignments.take(PARTITION);
        Assignments.Owned current = assignments.take(PARTITION);
        long next = current.nextOffset();

        assertThatThrownBy(() -> writer.write(delta(cluster, paused.generation(), next)))
                .isInstanceOf(RollupWriter.Fenced.class);
        assertThat(requests(cluster)).isEmpty();

        writer.write(delta(cluster, current.generation(), next));
        assertThatThrownBy(() -> writer.write(delta(cluster, current.generation(), next)))
                .as("the same offsets again")
                .isInstanceOf(RollupWriter.Fenced.class);
        assertThat(requests(cluster)).containsExactly("3");
        assertThat(Fleet.text(
                        "SELECT next_offset FROM kafka_offset WHERE topic = ? AND partition = ?",
                        TelemetryTopic.NAME,
                        PARTITION))
                .isEqualTo("" + (next + 1));
    }

    private static Delta delta(AgentIdentity agent, long generation, long from) {
        ClusterKey cluster = new ClusterKey(agent.tenant(), agent.cluster());
        Delta delta = new Delta();
        delta.add(new Windows(
                Map.of(
                        new TrafficKey(cluster, WINDOW, "source", "a", "b", "c", "d", "e", "r", List.of(5.0)),
                        new Traffic(3, 0, 0, 0, 0, List.of(2L, 1L), 12, Traffic.NOT_REPORTED)),
                Map.of(),
                Map.of(),
                1,
                0));
        delta.advance(cluster, new Delta.Progress(WINDOW, 1, 1, 1, 0, 0));
        delta.read(PARTITION, new Delta.OffsetMove(generation, from, from + 1));
        return delta;
    }

    private static List<String> requests(AgentIdentity agent) {
        return Fleet.texts("SELECT rq_2xx FROM traffic_10s WHERE cluster_id = ?", agent.cluster());
    }
}
