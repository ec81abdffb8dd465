package io.weft.fleet.aggregate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.google.protobuf.Timestamp;
import io.weft.fleet.Fleet;
import io.weft.fleet.FleetTest;
import io.weft.fleet.TestAgent;
import io.weft.fleet.TestStream;
import io.weft.fleet.signer.AgentIdentity;
import io.weft.protocol.v1.AgentMessage;
import io.weft.protocol.v1.Endpoint;
import io.weft.protocol.v1.GaugeSeries;
import io.weft.protocol.v1.HubMessage;
import io.weft.protocol.v1.ResourceSeries;
import io.weft.protocol.v1.TelemetryBatch;
import io.weft.protocol.v1.TrafficSeries;
import io.weft.protocol.v1.Window;
import jakarta.inject.Inject;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;

@FleetTest
class TelemetryIT {
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final int BATCHES = 300;
    private static final int STOP_AFTER = 100;
    private static final int ATTEMPTS = 10;
    private static final Duration ACKNOWLEDGED_WITHIN = Duration.ofSeconds(3);

    @Inject
    Aggregator aggregator;

    @Test
    void sumsAreExactAcrossDuplicatesAndARestartOfTheConsumer() throws Exception {
        AgentIdentity cluster = Fleet.cluster(Fleet.tenant());
        Random random = new Random(7);
        Instant window = currentWindow();
        long requests = 0;
        long inFirstBucket = 0;
        double sum = 0;
        try (TestAgent agent = TestAgent.enrolled(cluster)) {
            TestStream stream = agent.connect();
            for (int sequence = 1; sequence <= BATCHES; sequence++) {
                int good = random.nextInt(1000);
                int milliseconds = random.nextInt(5000);
                AgentMessage batch = batch(1, sequence, window, traffic(window, good, good / 2, milliseconds));
                send(stream, batch, sequence);
                if (sequence % 7 == 0) {
                    stream.say(batch); // said twice on the same stream
                }
                requests += good;
                inFirstBucket += good / 2;
                sum += milliseconds;
                if (sequence == STOP_AFTER) {
                    aggregator.stop();
                }
                if (sequence == 2 * STOP_AFTER) {
                    aggregator.start();
                }
            }
            stream.hangUp();
            TestStream again = agent.connect(); // an agent that never heard the last acknowledgements
            for (int sequence = BATCHES - 20; sequence <= BATCHES; sequence++) {
                send(again, batch(1, sequence, window, traffic(window, 1_000_000, 0, 0)), sequence);
            }
        }

        awaitSequence(cluster, BATCHES);
        assertThat(traffic(cluster, "sum(rq_2xx)")).isEqualTo("" + requests);
        assertThat(traffic(cluster, "sum(counts[1])")).isEqualTo("" + inFirstBucket);
        assertThat(traffic(cluster, "sum(duration_sum)::bigint")).isEqualTo("" + (long) sum);
        assertThat(traffic(cluster, "count(*)")).isEqualTo("1");
        assertThat(progress(cluster, "records")).isEqualTo("" + BATCHES);
    }

    @Test
    void aNewRunOfTheAgentStartsOverAndAnOldOneIsDropped() throws Exception {
        AgentIdentity cluster = Fleet.cluster(Fleet.tenant());
        Instant window = currentWindow();
        try (TestAgent agent = TestAgent.enrolled(cluster)) {
            TestStream stream = agent.connect();
            send(stream, batch(1, 900, window, traffic(window, 1, 0, 0)), 900);
            send(stream, batch(2, 1, window, traffic(window, 10, 0, 0)), 1);
            send(stream, batch(1, 901, window, traffic(window, 100, 0, 0)), 901);
            send(stream, batch(2, 2, window, traffic(window, 1000, 0, 0)), 2);
        }

        await().atMost(PATIENCE)
                .untilAsserted(() -> assertThat(Fleet.texts(
                                "SELECT run || '/' || sequence FROM telemetry_progress WHERE cluster_id = ?",
                                cluster.cluster()))
                        .containsExactly("2/2"));
        assertThat(traffic(cluster, "sum(rq_2xx)")).isEqualTo("1011");
    }

    @Test
    void everyKindOfSeriesIsStoredAndNonsenseIsCountedAsLost() throws Exception {
        AgentIdentity cluster = Fleet.cluster(Fleet.tenant());
        Instant window = currentWindow();
        Window lopsided = traffic(window, 5, 0, 0).toBuilder()
                .setTraffic(TrafficSeries.newBuilder()
                        .setReporter("source")
                        .addBounds(5)
                        .addCounts(1))
                .build();
        Window old = traffic(window.minus(Duration.ofHours(3)), 5, 0, 0);
        try (TestAgent agent = TestAgent.enrolled(cluster)) {
            TestStream stream = agent.connect();
            send(
                    stream,
                    batch(1, 1, window, resource(window, 0.5, 100), gauge(window, true, 2), gauge(window, false, 8)),
                    1);
            send(
                    stream,
                    batch(1, 2, window, resource(window, 0.25, 80), gauge(window, true, 3), gauge(window, false, 6)),
                    2);
            send(stream, batch(1, 3, window, lopsided, old), 3);
        }

        awaitSequence(cluster, 3);
        assertThat(Fleet.text(
                        "SELECT cpu_seconds || '/' || memory_bytes FROM resource_10s WHERE cluster_id = ?",
                        cluster.cluster()))
                .isEqualTo("0.75/100");
        assertThat(Fleet.texts(
                        "SELECT name || '=' || value FROM gauge_10s WHERE cluster_id = ? ORDER BY name",
                        cluster.cluster()))
                .containsExactly("cpConnectedProxies=6", "cpRejects=5");
        assertThat(progress(cluster, "records || '/' || samples_lost")).isEqualTo("6/2");
    }

    @Test
    void oneAgentsNonsenseStopsNobodysTelemetry() throws Exception {
        AgentIdentity cluster = Fleet.cluster(Fleet.tenant());
        AgentIdentity stranger = Fleet.cluster(Fleet.tenant());
        Instant window = currentWindow();
        try (TestAgent agent = TestAgent.enrolled(cluster);
                TestAgent other = TestAgent.enrolled(stranger)) {
            TestStream stream = agent.connect();
            for (int sequence = 1; sequence <= 3; sequence++) {
                AgentMessage nonsense = batch(
                        1,
                        sequence,
                        window,
                        series(window, TrafficSeries.newBuilder()),
                        series(window, TrafficSeries.newBuilder().addCounts(1)),
                        series(window, TrafficSeries.newBuilder().putRequests("2xx", Long.MAX_VALUE)),
                        series(window, TrafficSeries.newBuilder().setSum(Double.MAX_VALUE)));
                send(
                        stream,
                        nonsense.toBuilder()
                                .setTelemetryBatch(
                                        nonsense.getTelemetryBatch().toBuilder().setSamplesLost(Long.MAX_VALUE))
                                .build(),
                        sequence);
            }
            for (int sequence = 1; sequence <= 8; sequence++) { // whichever partition
                send(other.connect(), batch(1, sequence, window, traffic(window, 5, 0, 0)), sequence);
            }
        }

        awaitSequence(cluster, 3);
        awaitSequence(stranger, 8);
        assertThat(progress(cluster, "records || '/' || (samples_lost > 6)")).isEqualTo("6/true");
        assertThat(traffic(stranger, "sum(rq_2xx)")).isEqualTo("40");
    }

    @Test
    void aBatchThatTheDatabaseRefusesIsCountedAsLostAndTheNextOnesAreStored() throws Exception {
        AgentIdentity cluster = Fleet.cluster(Fleet.tenant());
        Instant window = currentWindow();
        Fleet.update("ALTER TABLE traffic_10s ADD CONSTRAINT for_this_test CHECK (revision <> 'unstorable')");
        try (TestAgent agent = TestAgent.enrolled(cluster)) {
            TestStream stream = agent.connect();
            send(stream, batch(1, 1, window, traffic(window, 1, 0, 0)), 1);
            Window unstorable = series(
                    window, TrafficSeries.newBuilder().setRevision("unstorable").putRequests("2xx", 10));
            send(stream, batch(1, 2, window, unstorable, traffic(window, 100, 0, 0)), 2);
            send(stream, batch(1, 3, window, traffic(window, 1000, 0, 0)), 3);

            awaitSequence(cluster, 3);
        } finally {
            Fleet.update("ALTER TABLE traffic_10s DROP CONSTRAINT for_this_test");
        }
        assertThat(traffic(cluster, "sum(rq_2xx)")).isEqualTo("1001");
        assertThat(progress(cluster, "records || '/' || samples_lost")).isEqualTo("2/2");
    }

    @Test
    void anAgentWhoseClockIsAheadCannotDeclareTheFutureComplete() throws Exception {
        AgentIdentity cluster = Fleet.cluster(Fleet.tenant());
        try (TestAgent agent = TestAgent.enrolled(cluster)) {
            send(agent.connect(), batch(1, 1, Instant.now().plus(Duration.ofHours(1))), 1);
        }

        awaitSequence(cluster, 1);
        assertThat(progress(cluster, "complete_through <= now() AND complete_through > now() - interval '1 minute'"))
                .isEqualTo("true");
    }

    @Test
    void aBatchThatNamesNoTimeLeavesProgressWhereItIs() throws Exception {
        AgentIdentity cluster = Fleet.cluster(Fleet.tenant());
        Instant before = currentWindow().minusSeconds(30);
        try (TestAgent agent = TestAgent.enrolled(cluster)) {
            TestStream stream = agent.connect();
            send(stream, batch(1, 1, before), 1);
            AgentMessage silent = batch(1, 2, before);
            send(
                    stream,
                    silent.toBuilder()
                            .setTelemetryBatch(
                                    silent.getTelemetryBatch().toBuilder().clearCompleteThrough())
                            .build(),
                    2);
        }

        awaitSequence(cluster, 2);
        assertThat(progress(cluster, "extract(epoch FROM complete_through)::bigint"))
                .isEqualTo("" + before.getEpochSecond());
    }

    /** As an agent does: what is not acknowledged is said again. */
    private static void send(TestStream stream, AgentMessage batch, long sequence) throws InterruptedException {
        stream.say(batch);
        for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
            if (isAccepted(stream, sequence)) {
                return;
            }
            stream.say(batch);
        }
        throw new AssertionError("Batch " + sequence + " was never accepted");
    }

    private static boolean isAccepted(TestStream stream, long sequence) throws InterruptedException {
        Optional<HubMessage> message = stream.next(ACKNOWLEDGED_WITHIN);
        while (message.isPresent()) {
            HubMessage heard = message.get();
            if (heard.hasTelemetryAccepted() && heard.getTelemetryAccepted().getSequence() == sequence) {
                return true;
            }
            message = stream.next(ACKNOWLEDGED_WITHIN);
        }
        return false;
    }

    private static Instant currentWindow() {
        return Instant.ofEpochSecond(Instant.now().getEpochSecond() / 10 * 10);
    }

    private static AgentMessage batch(long run, long sequence, Instant completeThrough, Window... windows) {
        return AgentMessage.newBuilder()
                .setTelemetryBatch(TelemetryBatch.newBuilder()
                        .setRun(run)
                        .setSequence(sequence)
                        .setCompleteThrough(time(completeThrough))
                        .addAllWindows(List.of(windows)))
                .build();
    }

    private static Window traffic(Instant start, long good, long first, double sum) {
        return window(start)
                .setTraffic(TrafficSeries.newBuilder()
                        .setReporter("destination")
                        .setSource(Endpoint.newBuilder().setNamespace("shop").setWorkload("web"))
                        .setDestination(Endpoint.newBuilder()
                                .setNamespace("shop")
                                .setWorkload("catalog")
                                .setService("catalog"))
                        .setRevision("1-26-0")
                        .putRequests("2xx", good)
                        .addAllBounds(List.of(5.0, 10.0))
                        .addAllCounts(List.of(first, good - first, 0L))
                        .setSum(sum)
                        .setTlsHandshakes(-1))
                .build();
    }

    private static Window series(Instant start, TrafficSeries.Builder series) {
        return window(start).setTraffic(series.setReporter("source")).build();
    }

    private static Window resource(Instant start, double cpu, long memory) {
        return window(start)
                .setResource(ResourceSeries.newBuilder()
                        .setComponent("proxy")
                        .setNamespace("shop")
                        .setWorkload("web")
                        .setCpuSeconds(cpu)
                        .setMemoryBytes(memory))
                .build();
    }

    private static Window gauge(Instant start, boolean counter, double value) {
        return window(start)
                .setGauge(GaugeSeries.newBuilder()
                        .setName(counter ? "cpRejects" : "cpConnectedProxies")
                        .setRevision("1-26-0")
                        .setValue(value)
                        .setCounter(counter))
                .build();
    }

    private static Window.Builder window(Instant start) {
        return Window.newBuilder()
                .setStart(time(start))
                .setLength(com.google.protobuf.Duration.newBuilder().setSeconds(10));
    }

    private static Timestamp time(Instant time) {
        return Timestamp.newBuilder().setSeconds(time.getEpochSecond()).build();
    }

    private static void awaitSequence(AgentIdentity cluster, long sequence) {
        await().atMost(PATIENCE)
                .untilAsserted(() -> assertThat(Fleet.texts(
                                "SELECT sequence FROM telemetry_progress WHERE cluster_id = ?", cluster.cluster()))
                        .containsExactly("" + sequence));
    }

    private static String traffic(AgentIdentity cluster, String expression) {
        return Fleet.text("SELECT " + expression + " FROM traffic_10s WHERE cluster_id = ?", cluster.cluster());
    }

    private static String progress(AgentIdentity cluster, String expression) {
        return Fleet.text(
                "SELECT (" + expression + ")::text FROM telemetry_progress WHERE cluster_id = ?", cluster.cluster());
    }
}
