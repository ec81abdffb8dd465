package io.weft.upgrade.delivery;

import static org.assertj.core.api.Assertions.assertThat;

import io.weft.upgrade.delivery.Delivery.Target;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;

class DeliveryTest {
    private static final Instant WRITTEN = Instant.parse("2026-01-15T12:00:00Z");
    private static final long GENERATION = 4;

    private static Target target(int number, boolean connected, long delivered, long applied, boolean rejected) {
        return new Target(
                new UUID(0, number),
                new UUID(1, number),
                "istio/1.26/sidecar",
                connected,
                delivered,
                delivered,
                applied,
                rejected,
                rejected ? "field spec.rules is unknown" : "");
    }

    private static Delivery after(int seconds, Target... targets) {
        return Delivery.of(List.of(targets), GENERATION, false, WRITTEN, WRITTEN.plusSeconds(seconds));
    }

    @Test
    void theRestWaitsWhileTheFirstClusterHasNotAnswered() {
        Delivery delivery = after(2, target(1, true, 4, 3, false), target(2, true, 3, 3, false));

        assertThat(delivery.deliver()).isEmpty();
        assertThat(delivery.lookAgain()).contains(WRITTEN.plusSeconds(3));
    }

    @Test
    void theRestFollowsOnceTheFirstClusterHasApplied() {
        Target second = target(2, true, 3, 3, false);

        Delivery delivery = after(1, target(1, true, 4, 4, false), second);

        assertThat(delivery.deliver()).containsExactly(second);
        assertThat(delivery.lookAgain()).isEmpty();
    }

    @Test
    void theRestFollowsAfterFiveSecondsWithoutAnAnswer() {
        Target second = target(2, true, 3, 3, false);

        assertThat(after(5, target(1, true, 4, 3, false), second).deliver()).containsExactly(second);
    }

    @Test
    void aRejectionStopsTheDeliveryAndSaysSo() {
        Target second = target(2, true, 3, 3, false);

        Delivery delivery = after(9, target(1, true, 4, 3, true), second);

        assertThat(delivery.deliver()).isEmpty();
        assertThat(delivery.stopped())
                .hasEntrySatisfying(
                        second,
                        why -> assertThat(why)
                                .contains("generation 4 was rejected")
                                .contains("spec.rules"));
        assertThat(delivery.lookAgain()).isEmpty();
    }

    @Test
    void aRejectionOfAnOlderGenerationStopsNothing() {
        Target second = target(2, true, 3, 3, false);
        Target first = new Target(new UUID(0, 1), new UUID(1, 1), "istio/1.26/sidecar", true, 4, 3, 3, true, "old");

        assertThat(after(5, first, second).deliver()).containsExactly(second);
    }

    @Test
    void anotherConnectedClusterIsTriedWhenTheFirstOneIsAway() {
        Target second = target(2, true, 3, 3, false);

        Delivery delivery = after(1, target(1, false, 4, 3, false), second, target(3, true, 3, 3, false));

        assertThat(delivery.deliver()).containsExactly(second);
        assertThat(delivery.lookAgain()).isPresent();
    }

    @Test
    void atMostThreeClustersAreTriedBeforeTheTimeIsUp() {
        Delivery delivery = after(
                1,
                target(1, false, 4, 3, false),
                target(2, false, 4, 3, false),
                target(3, false, 4, 3, false),
                target(4, true, 3, 3, false));

        assertThat(delivery.deliver()).isEmpty();
    }

    @Test
    void whereNoClusterIsConnectedEachGetsItOnConnecting() {
        Target first = target(1, false, 3, 3, false);
        Target second = target(2, false, 3, 3, false);

        assertThat(after(0, first, second).deliver()).containsExactly(first, second);
    }
}
