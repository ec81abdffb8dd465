package io.weft.agent.apply;

import static org.assertj.core.api.Assertions.assertThat;

import io.weft.agent.plan.Change;
import io.weft.agent.plan.Change.Why;
import io.weft.agent.plan.ObjectKey;
import io.weft.agent.plan.Observed;
import io.weft.protocol.v1.Reason;
import io.weft.testkit.MutableClock;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;

class ApplierTest {
    private static final ObjectKey RULES = new ObjectKey("", "v1", "ConfigMap", "shop", "rules");

    private final MutableClock clock = new MutableClock(Instant.parse("2026-01-01T12:00:00Z"));
    private final FakeWriter writer = new FakeWriter();
    private final Applier applier =
            new Applier(writer, digest -> "{\"data\":{}}".getBytes(StandardCharsets.UTF_8), clock);

    @Test
    void aRemovalBetweenTheServersCommitAndItsAnswerIsNotLost() {
        writer.meanwhile = key -> {
            writer.objects.remove(key);
            applier.seen(key, null);
        };
        apply(Why.NEW);
        assertThat(applier.compare(RULES, null)).isFalse();
        clock.advance(Duration.ofSeconds(11));
        assertThat(applier.compare(RULES, null)).isTrue();
        assertThat(applier.observed().objects().get(RULES))
                .extracting(Observed.Seen::intact)
                .isEqualTo(false);
    }

    @Test
    void whatTheWatchShowsAsItWasAppliedIsNoDrift() {
        apply(Why.NEW);
        clock.advance(Duration.ofSeconds(11));
        assertThat(applier.compare(RULES, Ownership.trace(java.util.Objects.requireNonNull(writer.objects.get(RULES)))))
                .isFalse();
    }

    @Test
    void aWarOverAnObjectIsRestoredTenTimesAMinuteAndThenNamed() {
        apply(Why.NEW);
        writer.applied.clear();
        Applier.Outcome last = new Applier.Outcome(true, java.util.Optional.empty());
        for (int i = 0; i < 30; i++) {
            applier.seen(RULES, null);
            last = apply(Why.DRIFTED);
            clock.advance(Duration.ofMillis(500));
        }
        assertThat(writer.applied).hasSize(10);
        assertThat(last.done()).isFalse();
        assertThat(last.reason()).map(Reason::getCode).contains("Contested");
        clock.advance(Duration.ofMinutes(2));
        assertThat(apply(Why.DRIFTED).done()).isTrue();
    }

    @Test
    void whoRestoresNowAndThenIsNotAtWar() {
        apply(Why.NEW);
        for (int i = 0; i < 50; i++) {
            clock.advance(Duration.ofSeconds(7));
            applier.seen(RULES, null);
            assertThat(apply(Why.DRIFTED).done()).isTrue();
        }
    }

    private Applier.Outcome apply(Why why) {
        return applier.apply(new Change.Apply(RULES, "sha256:a", why), "policy");
    }
}
