package io.weft.agent.apply;

import static org.assertj.core.api.Assertions.assertThat;

import io.weft.agent.FakeApi;
import io.weft.agent.check.Checks;
import io.weft.agent.kube.ApiPaths;
import io.weft.agent.plan.ObjectKey;
import io.weft.agent.plan.Plan;
import io.weft.agent.plan.Snapshot;
import io.weft.protocol.v1.AgentMessage;
import io.weft.protocol.v1.LayerAck;
import io.weft.protocol.v1.Reason;
import io.weft.testkit.MutableClock;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Layers on a cluster that refuses, drifts and comes back; what the hub is told of it. */
class LayerRunsTest {
    private static final ObjectKey RULES = configMap("rules");
    private static final ObjectKey OTHER = configMap("other");
    private static final String READY = "/api/v1/namespaces/shop/configmaps/ready";

    private final MutableClock clock = new MutableClock(Instant.parse("2026-01-01T12:00:00Z"));
    private final FakeWriter writer = new FakeWriter();
    private final Applier applier =
            new Applier(writer, digest -> "{\"data\":{}}".getBytes(StandardCharsets.UTF_8), clock);
    private final List<AgentMessage> sent = new ArrayList<>();
    private final Progress progress = new Progress(sent::add, clock);
    private final Set<ObjectKey> gated = new HashSet<>();
    private FakeApi cluster;
    private LayerRuns layers;

    @BeforeEach
    void start() throws IOException {
        cluster = new FakeApi();
        cluster.objects.put(
                "/api/v1", "{\"resources\":[{\"name\":\"configmaps\",\"kind\":\"ConfigMap\",\"namespaced\":true}]}");
        layers = new LayerRuns(applier, new Checks(cluster.api, new ApiPaths(cluster.api, clock)), gate(), clock);
    }

    @AfterEach
    void stop() {
        cluster.close();
    }

    @Test
    void anApiServerThatIsAwayForAMomentRefusesNothing() {
        writer.refusals.put(RULES, 503);
        Snapshot snapshot = policy("d1", RULES);
        for (int second = 0; second < 59; second++) {
            assertThat(run(snapshot)).isEmpty();
            clock.advance(Duration.ofSeconds(1));
        }
        clock.advance(Duration.ofSeconds(31));
        assertThat(run(snapshot)).extracting(Reason::getCode).containsExactly("Unreachable");
        writer.refusals.put(RULES, 429);
        clock.advance(Duration.ofSeconds(31));
        assertThat(run(snapshot)).extracting(Reason::getCode).containsExactly("Unreachable");
    }

    @Test
    void whatIsInvalidIsRefusedAtOnceAndStaysSoWhileTheApiServerIsAway() {
        writer.refusals.put(RULES, 422);
        Snapshot snapshot = policy("d1", RULES);
        assertThat(run(snapshot)).extracting(Reason::getCode).containsExactly("Invalid");
        writer.refusals.put(RULES, 0);
        clock.advance(Duration.ofSeconds(31));
        assertThat(run(snapshot)).extracting(Reason::getCode).containsExactly("Invalid");
    }

    @Test
    void afterARefusalOfDriftTheNextSuccessIsToldAgain() {
        Snapshot snapshot = policy("d1", RULES);
        run(snapshot);
        applier.seen(RULES, null);
        writer.refusals.put(RULES, 422);
        run(snapshot);
        assertThat(sent.getLast().hasRejected()).isTrue();
        writer.refusals.clear();
        clock.advance(Duration.ofSeconds(31));
        sent.clear();
        run(snapshot);
        assertThat(sent.stream().filter(AgentMessage::hasApplied).map(AgentMessage::getApplied))
                .singleElement()
                .satisfies(applied -> assertThat(applied.getLayersCount()).isEqualTo(1));
        assertThat(sent.getLast().getRejected().getReasonsCount()).isZero();
    }

    @Test
    void aRefusalIsTheLastWordEvenWhereNothingWasAcknowledged() {
        writer.refusals.put(RULES, 422);
        Snapshot snapshot = policy("d1", RULES, OTHER);
        run(snapshot);
        writer.refusals.put(OTHER, 422);
        applier.seen(OTHER, null);
        run(snapshot);
        writer.refusals.remove(OTHER);
        clock.advance(Duration.ofSeconds(31));
        run(snapshot);
        assertThat(sent.stream().skip(sent.size() - 2).map(AgentMessage::getKindCase))
                .containsExactly(AgentMessage.KindCase.APPLIED, AgentMessage.KindCase.REJECTED);
        assertThat(sent.getLast().getRejected().getReasonsCount()).isEqualTo(1);
    }

    @Test
    void anAcknowledgementIsWithdrawnWhenDriftCannotBeRestored() {
        Snapshot snapshot = policy("d1", RULES);
        run(snapshot);
        assertThat(layers.acked()).containsEntry("policy", "d1");
        applier.seen(RULES, null);
        writer.refusals.put(RULES, 503);
        run(snapshot);
        assertThat(layers.acked()).isEmpty();
        writer.refusals.clear();
        clock.advance(Duration.ofSeconds(31));
        run(snapshot);
        assertThat(layers.acked()).containsEntry("policy", "d1");
    }

    @Test
    void driftIsCheckedAgain() {
        Snapshot snapshot = checked("d1");
        ready("True");
        run(snapshot);
        assertThat(layers.acked()).containsEntry("controlPlane[a]", "d1");
        ready("False");
        run(snapshot);
        assertThat(layers.acked()).containsEntry("controlPlane[a]", "d1");
        applier.seen(RULES, null);
        run(snapshot);
        assertThat(layers.acked()).isEmpty();
        clock.advance(Duration.ofSeconds(61));
        assertThat(run(snapshot)).extracting(Reason::getCode).containsExactly("CheckFailed");
        ready("True");
        run(snapshot);
        assertThat(layers.acked()).containsEntry("controlPlane[a]", "d1");
    }

    @Test
    void whileTheGateHoldsOthersAreAppliedAndDriftIsRestored() {
        run(policy("d1", RULES));
        applier.seen(RULES, null);
        writer.applied.clear();
        ObjectKey late = configMap("late");
        gated.addAll(Set.of(OTHER, RULES));
        Snapshot snapshot = policy("d2", OTHER, RULES, late);
        run(snapshot);
        assertThat(writer.applied).containsExactly(RULES, late);
        assertThat(layers.acked()).doesNotContainEntry("policy", "d2");
        gated.clear();
        run(snapshot);
        assertThat(writer.applied).containsExactly(RULES, late, OTHER);
        assertThat(layers.acked()).containsEntry("policy", "d2");
    }

    private PolicyGate gate() {
        return (_, pending) -> pending.stream().filter(gated::contains).collect(Collectors.toSet());
    }

    private List<Reason> run(Snapshot snapshot) {
        List<Reason> reasons = layers.advance(snapshot, Plan.of(snapshot, applier.observed()));
        List<LayerAck> acks = layers.acked().entrySet().stream()
                .map(ack -> LayerAck.newBuilder()
                        .setName(ack.getKey())
                        .setDigest(ack.getValue())
                        .build())
                .toList();
        progress.report(snapshot, acks, acks.size() == snapshot.layers().size(), reasons);
        return reasons;
    }

    private void ready(String status) {
        cluster.objects.put(
                READY, "{\"status\":{\"conditions\":[{\"type\":\"Ready\",\"status\":\"" + status + "\"}]}}");
    }

    private static Snapshot policy(String digest, ObjectKey... keys) {
        return snapshot("policy", digest, List.of(keys), List.of());
    }

    private static Snapshot checked(String digest) {
        return snapshot(
                "controlPlane[a]",
                digest,
                List.of(RULES),
                List.of(new Snapshot.CheckSpec("condition", configMap("ready"), "", Duration.ofSeconds(60))));
    }

    private static Snapshot snapshot(
            String layer, String digest, List<ObjectKey> keys, List<Snapshot.CheckSpec> checks) {
        List<Snapshot.Item> items = keys.stream()
                .map(key -> new Snapshot.Item(key, "body of " + key.name()))
                .toList();
        Snapshot.Phase phase = new Snapshot.Phase("objects", items, checks);
        return new Snapshot(1, 1, "n1", List.of(new Snapshot.Layer(layer, digest, List.of(phase))), List.of());
    }

    private static ObjectKey configMap(String name) {
        return new ObjectKey("", "v1", "ConfigMap", "shop", name);
    }
}
