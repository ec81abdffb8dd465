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
                if (random.nextInt(6) == 0) {
                    ok = 0;
                    bad = 0;
                }
                // After a restart at least as little as before is served, or a reset could not be seen at all.
                double more = random.nextInt(50);
                double worse = random.nextInt(3);
                boolean restarted = ok == 0 && window > 0;
                ok += restarted ? 0 : more;
                bad += restarted ? 0 : worse;
                served += restarted ? 0 : more + worse;
                Map<String, Double> values = Map.of(OK, ok, TrafficDelta.CLASS + "5xx", bad);
                counted += counters.deltas(Map.of(EDGE, values)).getOrDefault(EDGE, Map.of()).values().stream()
                        .peek(delta -> assertThat(delta).isPositive())
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
