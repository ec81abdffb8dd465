package io.weft.e2e.demo;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.weft.e2e.demo.LoadClient.Count;
import io.weft.e2e.demo.Upgrades.Restored;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.NavigableMap;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** How the report's figures follow from what was counted. */
class FiguresTest {
    private static final int QUIET = 10;

    @Test
    void restoredIsTheEndOfTheLastBadSecondBeforeAQuietSpell() {
        Restored restored = Restored.from(seconds(0, 0, 3, 0, 5, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0), QUIET);
        assertThat(restored).isEqualTo(new Restored(4, 0));
    }

    @Test
    void aFailureAfterTheQuietSpellCountsAsFailedAfterwards() {
        Restored restored = Restored.from(seconds(2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 7, 1), QUIET);
        assertThat(restored).isEqualTo(new Restored(1, 8));
    }

    @Test
    void withoutAnyFailureNothingHadToBeRestored() {
        assertThat(Restored.from(seconds(0, 0, 0), QUIET)).isEqualTo(new Restored(0, 0));
    }

    @Test
    void secondsInWhichNothingEndedAreAGap() {
        NavigableMap<Long, Count> counts = seconds(0, 0, 0);
        counts.put(7L, new Count(120, 0));
        assertThat(Restored.longestGap(counts)).isEqualTo(4);
    }

    @Test
    void requestCountsAreComparedInPercentOfTheClientsOwn() {
        assertThat(apart(995, 1000)).isEqualTo(0.5);
        assertThat(apart(1005, 1000)).isEqualTo(0.5);
        assertThat(apart(0, 0)).as("nothing counted is no agreement").isEqualTo(100);
    }

    @Test
    void theReportHasTheFieldsThatItsReadersKnow(@TempDir Path folder) throws Exception {
        Report report = new Report(
                "",
                new Report.Seconds(0, 0, 0, 0, 0, 0),
                new Report.Kubernetes("", ""),
                List.of(new Report.Policy("", "", "enforced", new Report.Proof("", "", "", ""))),
                new Report.Telemetry(0, 0, 0, 0, 0),
                List.of(
                        new Report.RolledBack("1.26.0", "1.27.0", "rolledBack", "", "", 0, 0),
                        new Report.Completed("1.26.0", "1.27.0", "completed", 0, 0, 0)),
                new Report.MemoryMiB(0, 0, 0, 0));
        Path file = folder.resolve("r.json");
        report.write(file);
        assertThat(shape(new ObjectMapper().readTree(file.toFile())))
                .isEqualTo(shape(new ObjectMapper().readTree("""
                {"commit":"","seconds":{"build":0,"services":0,"cluster":0,"agent":0,"mesh":0,"total":0},
                 "cluster":{"kubernetes":"","kubeconfig":""},
                 "policies":[{"name":"","kind":"","state":"enforced","proof":{"probe":"","expected":"","observed":"","control":""}}],
                 "telemetry":{"records":0,"services":0,"requestsByWeft":0,"requestsByClient":0,"lagSeconds":0},
                 "rollouts":[{"from":"1.26.0","to":"1.27.0","outcome":"rolledBack","gate":"","reason":"","secondsFromFirstBadRequestToRestored":0,"failedRequestsAfterRestored":0},
                             {"from":"1.26.0","to":"1.27.0","outcome":"completed","requests":0,"failedRequests":0,"seconds":0}],
                 "memoryMiB":{"apiService":0,"fleetManager":0,"upgradeOrchestrator":0,"agent":0}}
                """)));
    }

    @Test
    void theDemosValuesTurnTheMeshsOwnRetriesOffAndKeepTheOverlay() {
        Path root = Path.of(System.getProperty("weft.root", ".."));
        JsonNode values = Mesh.values(root.resolve("local-cluster/istio-values.yaml"));
        assertThat(values.at("/meshConfig/defaultHttpRetryPolicy/attempts").asInt(-1))
                .isZero();
        assertThat(values.at("/pilot/env/PILOT_ENABLE_ALPN_FILTER").asText()).isEqualTo("false");
    }

    /** Names and kinds of all fields, in order, without values. */
    private static List<String> shape(JsonNode node) {
        List<String> names = new ArrayList<>();
        if (node instanceof ObjectNode object) {
            object.properties().forEach(field -> {
                names.add(field.getKey());
                names.addAll(shape(field.getValue()));
            });
        } else if (node.isArray()) {
            node.forEach(item -> names.addAll(shape(item)));
        } else {
            names.add(node.isNumber() ? "NUMBER" : node.getNodeType().name());
        }
        return names;
    }

    private static NavigableMap<Long, Count> seconds(long... failed) {
        NavigableMap<Long, Count> counts = new TreeMap<>();
        for (int i = 0; i < failed.length; i++) {
            counts.put((long) i, new Count(120, failed[i]));
        }
        return counts;
    }

    private static double apart(long byWeft, long byClient) {
        return new Counted(byWeft, byClient, 0, 0).apartPercent();
    }
}
