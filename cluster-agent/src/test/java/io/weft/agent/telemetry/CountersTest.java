package io.weft.agent.telemetry;

import static org.assertj.core.api.Assertions.assertThat;

import io.weft.testkit.Seeds;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;

class CountersTest {
    private static final String EDGE = "0|catalog";
    private static final String OK = TrafficDelta.CLASS + "2xx";

    @Test
    void theFirstReadingOfAnOldInstanceIsOnlyABaseline() {
        Counters counters = new Counters(false);
        assertThat(counters.deltas(page(OK, 100))).isEmpty();
        assertThat(counters.deltas(page(OK, 130))).isEqualTo(page(OK, 30));
    }

    @Test
    void anInstanceThatBeganUnderOurEyesCountsFromZero() {
        assertThat(new Counters(true).deltas(page(OK, 7))).isEqualTo(page(OK, 7));
    }

    @Test
    void aSeriesThatIsNewInAKnownInstanceCountsFromZero() {
        Counters counters = new Counters(false);
        counters.deltas(page(OK, 100));
        Map<String, Map<String, Double>> both = new HashMap<>(page(OK, 100));
        both.put("0|orders", Map.of(OK, 4.0));
        assertThat(counters.deltas(both)).isEqualTo(Map.of("0|orders", Map.of(OK, 4.0)));
    }

    @Test
    void aSumThatWaversIsNoReset() {
        Counters counters = new Counters(true);
        counters.deltas(Map.of(EDGE, Map.of(OK, 10.0, TrafficDelta.SUM, 99.9)));
        assertThat(counters.deltas(Map.of(EDGE, Map.of(OK, 12.0, TrafficDelta.SUM, 99.8))))
                .isEqualTo(page(OK, 2));
    }

    @Test
    void whateverRestartsNoRequestIsCountedTwiceAndNoneIsNegative() {
        Seeds.first(2_000).forEach(random -> {
            Counters counters = new Counters(true);
            double served = 0;
            double counted = 0;
            double ok = 0;
            double bad = 0;
            for (int window = 0; window < 30; window++) {
                if (ok > 0 && random.nextInt(6) == 0) {
                    // Less than before in one counter shows the restart; the other may stand where it stood.
                    ok = random.nextInt((int) ok);
                    bad = random.nextInt((int) bad + 1);
                    served += ok + bad;
                } else {
                    double more = random.nextInt(50);
                    double worse = random.nextInt(3);
                    ok += more;
                    bad += worse;
                    served += more + worse;
                }
                Map<String, Double> values = Map.of(OK, ok, TrafficDelta.CLASS + "5xx", bad);
                Map<String, Double> deltas =
                        counters.deltas(Map.of(EDGE, values)).getOrDefault(EDGE, Map.of());
                assertThat(deltas.values()).allMatch(delta -> delta > 0);
                counted += deltas.values().stream()
                        .mapToDouble(Double::doubleValue)
                        .sum();
            }
            assertThat(counted).isEqualTo(served);
        });
    }

    private static Map<String, Map<String, Double>> page(String series, double value) {
        return Map.of(EDGE, Map.of(series, value));
    }
}
