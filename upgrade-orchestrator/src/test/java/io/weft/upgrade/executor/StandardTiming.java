package io.weft.upgrade.executor;

import io.weft.upgrade.observe.RolloutTiming;
import java.time.Duration;

/** The defaults, without a configuration. */
final class StandardTiming implements RolloutTiming {
    @Override
    public Duration controlPlaneDeadline() {
        return Duration.ofMinutes(10);
    }

    @Override
    public Duration controlPlaneSoak() {
        return Duration.ofSeconds(30);
    }

    @Override
    public Duration moveDeadline() {
        return Duration.ofMinutes(30);
    }

    @Override
    public Duration rollbackDeadline() {
        return Duration.ofMinutes(15);
    }

    @Override
    public Duration finalSoak() {
        return Duration.ofMinutes(15);
    }

    @Override
    public Duration controlPlaneLost() {
        return Duration.ofSeconds(60);
    }

    @Override
    public Duration agentLost() {
        return Duration.ofSeconds(60);
    }

    @Override
    public Duration telemetryLost() {
        return Duration.ofMinutes(2);
    }

    @Override
    public Duration telemetryLate() {
        return Duration.ofSeconds(30);
    }

    @Override
    public Duration evidenceGrace() {
        return Duration.ofSeconds(60);
    }

    @Override
    public Duration lookAgain() {
        return Duration.ofSeconds(5);
    }
}
