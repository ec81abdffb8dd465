package io.weft.agent.apply;

import io.weft.agent.check.CheckResult;
import io.weft.agent.check.Checks;
import io.weft.agent.plan.Change;
import io.weft.agent.plan.ObjectKey;
import io.weft.agent.plan.Plan;
import io.weft.agent.plan.Snapshot;
import io.weft.protocol.v1.Reason;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * How far each layer is. A layer goes through its phases: apply, then checks, which hold back the next phase and nothing
 * else. A check is looked at once per run and never waited for, so a slow control plane does not delay a policy.
 */
final class LayerRuns {
    private static final class Run {
        final String digest;
        int phasesDone;

        @Nullable
        Instant checkingSince;

        Run(String digest) {
            this.digest = digest;
        }

        /** What drifted is not what was checked: from its phase on everything is checked again. */
        void backTo(int phase, List<Change.Apply> changes) {
            if (phase < phasesDone && changes.stream().anyMatch(change -> change.why() == Change.Why.DRIFTED)) {
                phasesDone = phase;
                checkingSince = null;
            }
        }
    }

    private final Applier applier;
    private final Checks checks;
    private final PolicyGate gate;
    private final InstantSource clock;
    private final Map<String, Run> runs = new HashMap<>();
    private final Map<String, String> acked = new ConcurrentHashMap<>();

    LayerRuns(Applier applier, Checks checks, PolicyGate gate, InstantSource clock) {
        this.applier = applier;
        this.checks = checks;
        this.gate = gate;
        this.clock = clock;
    }

    /** Digests of the layers that are applied and checked, by name. */
    Map<String, String> acked() {
        return Map.copyOf(acked);
    }

    /** Takes every layer as far as it can go now; returns what stops which. */
    List<Reason> advance(Snapshot snapshot, Plan plan) {
        Set<String> names = snapshot.layers().stream().map(Snapshot.Layer::name).collect(Collectors.toSet());
        runs.keySet().retainAll(names);
        acked.keySet().retainAll(names);
        List<Reason> reasons = new ArrayList<>();
        boolean crdsDone = true;
        for (Snapshot.Layer layer : snapshot.layers()) {
            boolean done = crdsDone && advance(layer, plan, reasons);
            if (layer.name().equals(Snapshot.CRDS)) {
                crdsDone = done;
            }
        }
        return reasons;
    }

    private boolean advance(Snapshot.Layer layer, Plan plan, List<Reason> reasons) {
        Run run = runs.get(layer.name());
        if (run == null || !run.digest.equals(layer.digest())) {
            run = new Run(layer.digest());
            runs.put(layer.name(), run);
        }
        Set<ObjectKey> held =
                layer.name().equals(Snapshot.POLICY) ? gate.holds(layer.digest(), pending(layer, plan)) : Set.of();
        for (int phase = 0; phase < layer.phases().size(); phase++) {
            run.backTo(phase, plan.changesOf(layer.name(), phase));
            if (!apply(layer, phase, plan, held, reasons)) {
                restoreDrift(layer, phase + 1, plan, reasons);
                return false;
            }
            if (phase >= run.phasesDone && !checked(layer, phase, run, reasons)) {
                acked.remove(layer.name(), layer.digest());
                return false;
            }
            run.phasesDone = Math.max(run.phasesDone, phase + 1);
        }
        acked.put(layer.name(), layer.digest());
        return true;
    }

    private static Set<ObjectKey> pending(Snapshot.Layer layer, Plan plan) {
        return plan.steps().stream()
                .filter(step -> step.layer().equals(layer.name()))
                .flatMap(step -> step.changes().stream())
                .filter(change -> change.why() != Change.Why.DRIFTED)
                .map(Change.Apply::key)
                .collect(Collectors.toSet());
    }

    private boolean apply(Snapshot.Layer layer, int phase, Plan plan, Set<ObjectKey> held, List<Reason> reasons) {
        boolean all = true;
        for (Change.Apply change : plan.changesOf(layer.name(), phase)) {
            all &= !held.contains(change.key()) && apply(layer, change, reasons);
        }
        return all;
    }

    private boolean apply(Snapshot.Layer layer, Change.Apply change, List<Reason> reasons) {
        Applier.Outcome outcome = applier.apply(change, layer.name());
        outcome.reason().ifPresent(reasons::add);
        if (!outcome.done()) {
            acked.remove(layer.name());
        }
        return outcome.done();
    }

    /** What was in place stays in place, whatever an earlier phase waits for. */
    private void restoreDrift(Snapshot.Layer layer, int from, Plan plan, List<Reason> reasons) {
        for (int phase = from; phase < layer.phases().size(); phase++) {
            plan.changesOf(layer.name(), phase).stream()
                    .filter(change -> change.why() == Change.Why.DRIFTED)
                    .forEach(change -> apply(layer, change, reasons));
        }
    }

    private boolean checked(Snapshot.Layer layer, int phase, Run run, List<Reason> reasons) {
        Instant since = run.checkingSince == null ? clock.instant() : run.checkingSince;
        run.checkingSince = since;
        boolean all = true;
        for (Snapshot.CheckSpec spec : layer.phases().get(phase).checks()) {
            CheckResult result = checks.look(spec);
            boolean late = since.plus(spec.timeout()).isBefore(clock.instant());
            switch (result) {
                case CheckResult.Passed _ -> {}
                case CheckResult.Waiting waiting -> {
                    all = false;
                    if (late) {
                        reasons.add(failed(
                                layer, spec, "not within " + spec.timeout().toSeconds() + " s: " + waiting.seen()));
                    }
                }
                case CheckResult.Failed failed -> {
                    all = false;
                    reasons.add(failed(layer, spec, failed.seen()));
                }
            }
        }
        if (all) {
            run.checkingSince = null;
        }
        return all;
    }

    private static Reason failed(Snapshot.Layer layer, Snapshot.CheckSpec spec, String seen) {
        return Reasons.reason(
                layer.name(), spec.object(), "CheckFailed", spec.type() + " " + spec.object() + ": " + seen);
    }
}
