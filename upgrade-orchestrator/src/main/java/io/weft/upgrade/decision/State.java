package io.weft.upgrade.decision;

import java.time.Duration;
import java.time.Instant;
import java.util.Collections;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * A rollout between two looks.
 *
 * @param revisionsBefore by position of every wave that is on the new revision or on its way, the revision each of its
 *     namespaces came from
 * @param notReadySince since when the new control plane, once ready, says that it is not
 */
public record State(
        Step step,
        Optional<Hold> hold,
        SortedMap<Integer, SortedMap<String, String>> revisionsBefore,
        Optional<Instant> notReadySince) {
    public State {
        revisionsBefore = Collections.unmodifiableSortedMap(new TreeMap<>(revisionsBefore));
    }

    public static State planned() {
        return new State(new Step.Precheck(), Optional.empty(), new TreeMap<>(), Optional.empty());
    }

    State at(Step next) {
        return new State(next, hold, revisionsBefore, notReadySince);
    }

    State held(Hold next) {
        return new State(step, Optional.of(next), revisionsBefore, notReadySince);
    }

    State released(Instant now) {
        Duration length = hold.map(h -> Duration.between(h.since(), now)).orElse(Duration.ZERO);
        return new State(
                step.shifted(length.isNegative() ? Duration.ZERO : length),
                Optional.empty(),
                revisionsBefore,
                Optional.empty());
    }

    State withoutHold() {
        return new State(step, Optional.empty(), revisionsBefore, notReadySince);
    }

    State withWave(int position, SortedMap<String, String> before) {
        TreeMap<Integer, SortedMap<String, String>> all = new TreeMap<>(revisionsBefore);
        all.put(position, Collections.unmodifiableSortedMap(new TreeMap<>(before)));
        return new State(step, hold, all, notReadySince);
    }

    State withoutWaves(Iterable<Integer> positions) {
        TreeMap<Integer, SortedMap<String, String>> rest = new TreeMap<>(revisionsBefore);
        positions.forEach(rest::remove);
        return new State(step, hold, rest, notReadySince);
    }

    State notReadySince(Optional<Instant> since) {
        return new State(step, hold, revisionsBefore, since);
    }

    public boolean paused() {
        return hold.filter(h -> h.kind() == Hold.Kind.PAUSED).isPresent();
    }

    public boolean stuck() {
        return hold.filter(h -> h.kind() == Hold.Kind.STUCK).isPresent();
    }

    public Phase phase(Plan plan) {
        if (paused()) {
            return Phase.PAUSED;
        }
        return stuck() ? Phase.STUCK : phaseWithoutHold(plan);
    }

    /** The phase that a hold interrupts. */
    public Phase phaseWithoutHold(Plan plan) {
        return switch (step) {
            case Step.Precheck _ -> Phase.PLANNED;
            case Step.ControlPlaneCanary _, Step.WaveMoving _ -> Phase.RUNNING;
            case Step.BeforeWave next ->
                plan.wave(next.wave()).approvalRequired() && !next.approved() ? Phase.WAITING_APPROVAL : Phase.RUNNING;
            case Step.ControlPlaneSoak _, Step.WaveSoaking _, Step.Promoted _ -> Phase.SOAKING;
            case Step.RollingBack _ -> Phase.ROLLING_BACK;
            case Step.Done done -> done.outcome();
        };
    }

    /** Until the old control plane is given up. */
    public boolean canRollBack() {
        return switch (step) {
            case Step.RollingBack _, Step.Done _ -> false;
            case Step.Precheck _, Step.ControlPlaneCanary _, Step.ControlPlaneSoak _, Step.BeforeWave _ -> true;
            case Step.WaveMoving _, Step.WaveSoaking _, Step.Promoted _ -> true;
        };
    }

    /** Position of the wave that is moving, soaking or next; empty for the control plane's own steps. */
    public Optional<Integer> wave() {
        return switch (step) {
            case Step.BeforeWave next -> Optional.of(next.wave());
            case Step.WaveMoving moving -> Optional.of(moving.wave().position());
            case Step.WaveSoaking soaking -> Optional.of(soaking.wave().position());
            case Step.Promoted promoted -> Optional.of(promoted.lastWave().position());
            case Step.RollingBack back ->
                back.waves().isEmpty()
                        ? Optional.empty()
                        : Optional.of(back.waves().last());
            case Step.Precheck _, Step.ControlPlaneCanary _, Step.ControlPlaneSoak _, Step.Done _ -> Optional.empty();
        };
    }

    /** The started wave whose gates are judged now. */
    Optional<WaveProgress> progress() {
        return switch (step) {
            case Step.WaveMoving moving -> Optional.of(moving.wave());
            case Step.WaveSoaking soaking -> Optional.of(soaking.wave());
            case Step.Promoted promoted -> Optional.of(promoted.lastWave());
            case Step.Precheck _, Step.ControlPlaneCanary _, Step.ControlPlaneSoak _, Step.BeforeWave _ ->
                Optional.empty();
            case Step.RollingBack _, Step.Done _ -> Optional.empty();
        };
    }

    State withProgress(WaveProgress wave) {
        return switch (step) {
            case Step.WaveMoving moving -> at(new Step.WaveMoving(wave, moving.deadline()));
            case Step.WaveSoaking soaking -> at(new Step.WaveSoaking(wave, soaking.until()));
            case Step.Promoted promoted -> at(promoted.of(wave));
            case Step.Precheck _, Step.ControlPlaneCanary _, Step.ControlPlaneSoak _, Step.BeforeWave _ -> this;
            case Step.RollingBack _, Step.Done _ -> this;
        };
    }
}
