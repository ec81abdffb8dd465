package io.weft.agent.apply;

import io.weft.agent.check.Checks;
import io.weft.agent.loop.Loop;
import io.weft.agent.plan.Change;
import io.weft.agent.plan.ObjectKey;
import io.weft.agent.plan.Plan;
import io.weft.agent.plan.Snapshot;
import io.weft.protocol.v1.LayerAck;
import io.weft.protocol.v1.Reason;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The loop from desired to observed. Woken by a new state, by drift or by time, it plans anew, acts, and reports when
 * something changed. It needs no hub: what it last accepted is what it holds the cluster to.
 */
public final class Reconciler implements AutoCloseable {
    private static final Duration WHILE_PENDING = Duration.ofSeconds(1);
    private static final Duration AT_REST = Duration.ofSeconds(30);

    private final DesiredState state;
    private final Applier applier;
    private final LayerRuns layers;
    private final DriftWatch drift;
    private final Progress progress;
    private final InstantSource clock;
    private final Loop loop = new Loop("reconcile", this::run);
    private Instant looked = Instant.EPOCH;

    public Reconciler(
            DesiredState state,
            ClusterWriter cluster,
            Checks checks,
            PolicyGate gate,
            DriftWatch drift,
            Progress progress,
            InstantSource clock) {
        this.state = state;
        this.applier = new Applier(cluster, state::body, clock);
        this.layers = new LayerRuns(applier, checks, gate, clock);
        this.drift = drift;
        this.progress = progress;
        this.clock = clock;
        state.onChange(loop::wake);
    }

    public void start() {
        loop.start();
    }

    public void wake() {
        loop.wake();
    }

    @Override
    public void close() {
        loop.close();
        drift.close();
    }

    private Duration run() {
        Snapshot snapshot = state.current();
        if (snapshot.version() == 0) {
            return AT_REST;
        }
        state.saveIfNeeded();
        drift.cover(snapshot, this::seen);
        compareWatched(snapshot);
        lookAtUnwatched(snapshot);
        Plan plan = Plan.of(snapshot, applier.observed());
        List<Reason> reasons = new ArrayList<>(layers.advance(snapshot, plan));
        boolean removed = remove(snapshot, reasons);
        boolean complete = removed && layers.acked().size() == snapshot.layers().size() && current(snapshot);
        applier.retain(snapshot.objects().map(Snapshot.Item::key).toList(), snapshot.tombstones());
        if (progress.report(snapshot, acks(snapshot), complete, reasons)) {
            return Duration.ZERO; // a policy that was just applied is looked at once more, for the gate's sake
        }
        return complete && reasons.isEmpty() ? AT_REST : WHILE_PENDING;
    }

    private boolean current(Snapshot snapshot) {
        Map<String, String> acked = layers.acked();
        return snapshot.layers().stream().allMatch(layer -> layer.digest().equals(acked.get(layer.name())));
    }

    private List<LayerAck> acks(Snapshot snapshot) {
        Map<String, String> acked = layers.acked();
        return snapshot.layers().stream()
                .filter(layer -> acked.containsKey(layer.name()))
                .map(layer -> LayerAck.newBuilder()
                        .setName(layer.name())
                        .setDigest(acked.getOrDefault(layer.name(), ""))
                        .build())
                .toList();
    }

    /** Planned after the layers ran: what was just applied no longer holds back a removal of its kind. */
    private boolean remove(Snapshot snapshot, List<Reason> reasons) {
        boolean all = true;
        for (Change change : Plan.of(snapshot, applier.observed()).removals()) {
            switch (change) {
                case Change.Prune prune -> all &= applier.prune(prune.key());
                case Change.Hold hold -> {
                    all &= hold.why() != Change.Held.REPLACEMENT_PENDING;
                    if (hold.why() == Change.Held.NEVER_PRUNED) {
                        reasons.add(Reasons.reason(
                                "", hold.key(), "TombstoneHeld", hold.key().kind() + " is never removed by Weft (D8)"));
                    }
                }
                case Change.Apply _ -> throw new IllegalStateException("an application among the removals");
            }
        }
        return all;
    }

    private void seen(ObjectKey key, Ownership.@Nullable Trace trace) {
        if (applier.seen(key, trace)) {
            progress.drifted(key, trace == null ? "removed" : "changed");
            loop.wake();
        }
    }

    private void compareWatched(Snapshot snapshot) {
        snapshot.objects().map(Snapshot.Item::key).filter(drift::covers).forEach(key -> {
            Ownership.Trace trace = drift.item(key).orElse(null);
            if (applier.compare(key, trace)) {
                progress.drifted(key, trace == null ? "removed" : "changed");
            }
        });
    }

    private void lookAtUnwatched(Snapshot snapshot) {
        if (looked.plus(AT_REST).isAfter(clock.instant())) {
            return;
        }
        looked = clock.instant();
        snapshot.objects()
                .map(Snapshot.Item::key)
                .filter(key -> !drift.covers(key))
                .collect(Collectors.toSet())
                .forEach(applier::look);
    }
}
