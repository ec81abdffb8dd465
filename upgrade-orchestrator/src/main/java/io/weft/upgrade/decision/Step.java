package io.weft.upgrade.decision;

import java.time.Duration;
import java.time.Instant;
import java.util.Collections;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;

/** Where a rollout stands. Legal moves are methods of the state that may make them. */
public sealed interface Step {
    /** The same step with every deadline later. */
    Step shifted(Duration by);

    record Precheck() implements Step {
        ControlPlaneCanary installing(Instant deadline) {
            return new ControlPlaneCanary(deadline, Optional.empty());
        }

        @Override
        public Precheck shifted(Duration by) {
            return this;
        }
    }

    /**
     * The new control plane is being installed.
     *
     * @param failedSince since when it is reported as failed, which a slow start looks like at first
     */
    record ControlPlaneCanary(Instant deadline, Optional<Instant> failedSince) implements Step {
        ControlPlaneCanary failed(Instant now) {
            return new ControlPlaneCanary(deadline, Optional.of(failedSince.orElse(now)));
        }

        ControlPlaneCanary notFailed() {
            return new ControlPlaneCanary(deadline, Optional.empty());
        }

        ControlPlaneSoak ready(Instant until) {
            return new ControlPlaneSoak(until);
        }

        @Override
        public ControlPlaneCanary shifted(Duration by) {
            return new ControlPlaneCanary(deadline.plus(by), Optional.empty());
        }
    }

    record ControlPlaneSoak(Instant until) implements Step {
        BeforeWave held() {
            return new BeforeWave(0, false, Optional.empty());
        }

        @Override
        public ControlPlaneSoak shifted(Duration by) {
            return new ControlPlaneSoak(until.plus(by));
        }
    }

    /**
     * Everything before this wave is judged; it waits for approval or for telemetry to compare with.
     *
     * @param waitingForTraffic since when the wave could start but for traffic to compare with
     */
    record BeforeWave(int wave, boolean approved, Optional<Instant> waitingForTraffic) implements Step {
        BeforeWave approve() {
            return new BeforeWave(wave, true, waitingForTraffic);
        }

        BeforeWave waitingSince(Instant now) {
            return new BeforeWave(wave, approved, Optional.of(waitingForTraffic.orElse(now)));
        }

        WaveMoving start(WaveProgress progress, Instant deadline) {
            return new WaveMoving(progress, deadline);
        }

        @Override
        public BeforeWave shifted(Duration by) {
            return new BeforeWave(wave, approved, Optional.empty());
        }
    }

    record WaveMoving(WaveProgress wave, Instant deadline) implements Step {
        WaveSoaking moved(Instant now, Duration soak) {
            return new WaveSoaking(wave.moved(now), now.plus(soak));
        }

        @Override
        public WaveMoving shifted(Duration by) {
            return new WaveMoving(wave, deadline.plus(by));
        }
    }

    record WaveSoaking(WaveProgress wave, Instant until) implements Step {
        BeforeWave passed() {
            return new BeforeWave(wave.position() + 1, false, Optional.empty());
        }

        Promoted promote(Instant until) {
            return new Promoted(wave, until, false, Optional.empty());
        }

        @Override
        public WaveSoaking shifted(Duration by) {
            return new WaveSoaking(wave, until.plus(by));
        }
    }

    /**
     * The new revision is the default, the old one still runs: the last soak, until nothing uses the old one.
     *
     * @param applied the agent was seen to have applied the new default; what it applies later is not this step's
     * @param gapSince since when, after the soak, something that has to be known is not
     */
    record Promoted(WaveProgress lastWave, Instant until, boolean applied, Optional<Instant> gapSince) implements Step {
        Promoted of(WaveProgress wave) {
            return new Promoted(wave, until, applied, gapSince);
        }

        Promoted applied(boolean now) {
            return new Promoted(lastWave, until, applied || now, gapSince);
        }

        Promoted gap(Instant now) {
            return new Promoted(lastWave, until, applied, Optional.of(gapSince.orElse(now)));
        }

        Promoted withoutGap() {
            return new Promoted(lastWave, until, applied, Optional.empty());
        }

        @Override
        public Promoted shifted(Duration by) {
            return new Promoted(lastWave, until.plus(by), applied, Optional.empty());
        }
    }

    /**
     * Namespaces return to the revisions they came from.
     *
     * @param waves positions of the waves that go back
     */
    record RollingBack(Failure cause, SortedSet<Integer> waves, Instant since, Instant deadline) implements Step {
        public RollingBack {
            waves = Collections.unmodifiableSortedSet(new TreeSet<>(waves));
        }

        @Override
        public RollingBack shifted(Duration by) {
            return new RollingBack(cause, waves, since, deadline.plus(by));
        }
    }

    record Done(Phase outcome) implements Step {
        public Done {
            if (!outcome.ended()) {
                throw new IllegalArgumentException("a rollout cannot end as " + outcome);
            }
        }

        @Override
        public Done shifted(Duration by) {
            return this;
        }
    }
}
