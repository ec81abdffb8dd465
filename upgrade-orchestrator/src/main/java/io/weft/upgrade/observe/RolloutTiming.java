package io.weft.upgrade.observe;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import io.weft.upgrade.decision.Plan.Timing;
import java.time.Duration;

/** Deadlines and soaks of every rollout, where its own specification names none. */
@ConfigMapping(prefix = "weft.rollout")
public interface RolloutTiming {
    /** A new control plane that is not ready by then is taken away again. */
    @WithDefault("10m")
    Duration controlPlaneDeadline();

    /** How long a ready control plane without proxies is watched. */
    @WithDefault("30s")
    Duration controlPlaneSoak();

    /** A wave that has not moved by then goes back. */
    @WithDefault("30m")
    Duration moveDeadline();

    /** Namespaces that are not back by then make the rollout stuck. */
    @WithDefault("15m")
    Duration rollbackDeadline();

    /** How long the old control plane is kept after the last wave, for the quick way back. */
    @WithDefault("15m")
    Duration finalSoak();

    /** A new control plane that was ready and is not for so long goes back, with all that uses it. */
    @WithDefault("60s")
    Duration controlPlaneLost();

    /** An agent that is away longer makes the rollout stuck. */
    @WithDefault("60s")
    Duration agentLost();

    /** While something moves or soaks, the newest complete window may be this old. */
    @WithDefault("30s")
    Duration telemetryLate();

    /** How long a rollout stands still and waits for telemetry that is late, before it counts as no data. */
    @WithDefault("2m")
    Duration telemetryLost();

    /** How long evidence that is still missing at the end of a soak is waited for. */
    @WithDefault("60s")
    Duration evidenceGrace();

    /** Longest time between two looks at a rollout that moves or soaks. */
    @WithDefault("5s")
    Duration lookAgain();

    default Timing timing() {
        return new Timing(
                controlPlaneDeadline(),
                controlPlaneSoak(),
                moveDeadline(),
                rollbackDeadline(),
                finalSoak(),
                controlPlaneLost(),
                agentLost(),
                telemetryLate(),
                telemetryLost(),
                evidenceGrace(),
                lookAgain());
    }
}
