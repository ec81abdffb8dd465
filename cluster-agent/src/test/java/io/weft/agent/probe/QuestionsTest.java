package io.weft.agent.probe;

import static org.assertj.core.api.Assertions.assertThat;

import io.weft.agent.FakeApi;
import io.weft.agent.FakeProbePods;
import io.weft.agent.inventory.Pods;
import io.weft.agent.probe.ProbeSpec.Kind;
import java.io.IOException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

class QuestionsTest {
    @Test
    void theRefusedSideTriesTenConnectionsAndARouteIsComparedWithAsManyRequestsWithoutItsHeader() throws IOException {
        try (FakeApi cluster = new FakeApi()) {
            FakeProbePods probes = new FakeProbePods(cluster);
            ProbePods pods = new ProbePods(cluster.api, new Pods(cluster.api), InstantSource.system(), "agent:1");
            Questions questions = new Questions(pods, Runnable::run);
            questions.ask(spec(Kind.CALLER_REFUSED));
            assertThat(calls(probes, "refused")).isEqualTo(10);
            assertThat(calls(probes, "control")).isEqualTo(1);
            probes.cases.clear();
            questions.ask(spec(Kind.HEADER_ROUTE_LANDS));
            assertThat(calls(probes, "refused")).isEqualTo(20);
            assertThat(calls(probes, "control")).isEqualTo(20);
        }
    }

    private static int calls(FakeProbePods probes, String side) {
        return probes.cases.stream()
                .flatMap(String::lines)
                .map(line -> line.split("\t", -1))
                .filter(fields -> fields[0].equals(side))
                .mapToInt(fields -> Integer.parseInt(fields[3]))
                .sum();
    }

    private static ProbeSpec spec(Kind kind) {
        return new ProbeSpec(
                "prb_1",
                "sha256:p",
                1,
                kind,
                "http://catalog.shop.svc.cluster.local:8080/healthz",
                "GET",
                Map.of("x-canary", "yes"),
                "shop",
                "web",
                "x-app-version",
                "v2",
                Map.of(),
                Map.of(),
                Set.of(),
                0,
                Duration.ofMinutes(2));
    }
}
