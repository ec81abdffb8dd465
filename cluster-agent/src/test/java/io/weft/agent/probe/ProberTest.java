package io.weft.agent.probe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.weft.agent.DesiredBuilder;
import io.weft.agent.FakeApi;
import io.weft.agent.FakeProbePods;
import io.weft.agent.apply.DesiredState;
import io.weft.agent.apply.StateStore;
import io.weft.agent.inventory.Pods;
import io.weft.agent.plan.ObjectKey;
import io.weft.agent.plan.Snapshot;
import io.weft.protocol.v1.AgentMessage;
import io.weft.testkit.MutableClock;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class ProberTest {
    private static final ObjectKey RULES = new ObjectKey("", "v1", "ConfigMap", "shop", "rules");
    private static final ObjectKey ELSEWHERE = new ObjectKey("", "v1", "ConfigMap", "bank", "rules");

    private final MutableClock clock = new MutableClock(Instant.parse("2026-01-01T12:00:00Z"));
    private final List<AgentMessage> sent = new CopyOnWriteArrayList<>();
    private final List<Runnable> first = new ArrayList<>();
    private FakeApi cluster;
    private FakeProbePods probes;
    private DesiredState state;
    private Prober prober;

    @BeforeEach
    void start() throws IOException {
        cluster = new FakeApi();
        probes = new FakeProbePods(cluster);
        state = new DesiredState(new StateStore(cluster.api, "weft-system", "clu_test"), sent::add);
        state.onChange(() -> first.forEach(Runnable::run));
        prober = new Prober(state, new Pods(cluster.api), cluster.api, "weft-system", "agent:1", sent::add, clock);
    }

    @AfterEach
    void stop() {
        prober.close();
        cluster.close();
    }

    @Test
    void aPolicyIsHeldFromTheMomentItsStateIsCurrent() {
        Set<ObjectKey> held = new HashSet<>();
        first.add(() -> held.addAll(holds(RULES)));
        state.receive(desired());
        assertThat(held).containsExactly(RULES);
    }

    @Test
    void theProbesAreKnownBeforeTheStateIsKept() {
        List<Set<ObjectKey>> held = new CopyOnWriteArrayList<>();
        List<String> notified = new CopyOnWriteArrayList<>();
        first.add(() -> notified.add("state"));
        cluster.rule(request -> {
            if (request.path().contains("weft-state")) {
                assertThat(notified).isNotEmpty();
                held.add(holds(RULES));
            }
            return null;
        });
        state.receive(desired());
        assertThat(held).containsExactly(Set.of(RULES));
    }

    @Test
    void onlyAConclusiveAnswerIsRememberedAndTheQuestionIsAskedAgain() {
        probes.answers.put("refused", "");
        state.receive(desired());
        prober.start();
        holds(RULES);
        await().until(() -> probes.cases.size() >= 2);
        await().until(() -> sent.stream().anyMatch(AgentMessage::hasProbeResult));
        assertThat(holds(RULES)).containsExactly(RULES);
        probes.answers.put("refused", "200");
        clock.advance(Duration.ofSeconds(6));
        await().until(() -> holds(RULES).isEmpty());
        assertThat(sent.stream()
                        .filter(AgentMessage::hasProbeResult)
                        .map(message -> message.getProbeResult().getReason()))
                .startsWith("ProbeDidNotRun")
                .endsWith("OppositeSeen");
    }

    @Test
    void aPolicyWaitsForItsOwnQuestionNotSinceTheArrivalOfTheBatchButNotForEver() {
        state.receive(desired());
        assertThat(holds(RULES)).containsExactly(RULES);
        clock.advance(Duration.ofSeconds(90));
        assertThat(holds(RULES)).containsExactly(RULES);
        clock.advance(Duration.ofMinutes(5));
        assertThat(holds(RULES)).isEmpty();
    }

    @Test
    void aQuestionThatNeverGetsAnAnswerHoldsForAMinute() {
        probes.answers.put("refused", "");
        state.receive(desired());
        prober.start();
        holds(RULES);
        await().until(() -> sent.stream().anyMatch(AgentMessage::hasProbeResult));
        assertThat(holds(RULES)).containsExactly(RULES);
        clock.advance(Duration.ofSeconds(61));
        assertThat(holds(RULES)).isEmpty();
    }

    @Test
    void policiesOfOtherNamespacesDoNotWait() {
        state.receive(desired());
        assertThat(holds(RULES, ELSEWHERE)).containsExactly(RULES);
    }

    @Test
    void nothingIsAskedWhileFormerProofsCannotBeRead() {
        cluster.refuse(503, request -> request.path().endsWith("/weft-proofs"));
        state.receive(desired());
        prober.start();
        holds(RULES);
        await().until(() -> cluster.requests.stream()
                        .filter(request -> request.path().endsWith("/weft-proofs"))
                        .count()
                >= 2);
        assertThat(probes.cases).isEmpty();
        assertThat(cluster.writes()).noneMatch(request -> request.path().endsWith("/weft-proofs"));
        probes.serve();
        await().until(() -> holds(RULES).isEmpty());
    }

    private Set<ObjectKey> holds(ObjectKey... pending) {
        String digest = state.current().layer(Snapshot.POLICY).orElseThrow().digest();
        return prober.holds(digest, Set.of(pending));
    }

    private static io.weft.protocol.v1.Desired desired() {
        return new DesiredBuilder()
                .document("probes", "Probe", "prb_1", """
                        {"probeId":"prb_1","policyId":"pol_1","policyGeneration":1,"kind":"callerRefused",
                         "url":"http://catalog.shop.svc.cluster.local:8080/healthz","method":"GET","headers":{},
                         "allow":{"namespace":"shop","serviceAccount":"web"},
                         "policyObjects":[{"group":"","version":"v1","kind":"ConfigMap","namespace":"shop","name":"rules"}],
                         "runRequest":0,"intervalSeconds":600}""")
                .object("policy", configMap("shop"))
                .object("policy", configMap("bank"))
                .build(1);
    }

    private static String configMap(String namespace) {
        return """
                {"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"rules","namespace":"%s"},"data":{}}""".formatted(namespace);
    }
}
