package io.weft.agent.apply;

import com.fasterxml.jackson.databind.JsonNode;
import io.weft.agent.apply.Ownership.Trace;
import io.weft.agent.kube.KubeRefusal;
import io.weft.agent.plan.Change;
import io.weft.agent.plan.ObjectKey;
import io.weft.agent.plan.Observed;
import io.weft.protocol.v1.Reason;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/** Runs single changes of a plan and remembers what it applied. It has no opinion on what should be changed. */
final class Applier {
    private static final Logger LOG = Logger.getLogger(Applier.class);
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(30);
    /** So long the API server may fail before that counts as a refusal, which would end an upgrade. */
    private static final Duration MAY_PASS = Duration.ofSeconds(60);
    /** So often within a minute what somebody removed or changed is restored; then two writers are at war. */
    private static final int RESTORATIONS = 10;

    private static final Duration RESTORATION_WINDOW = Duration.ofMinutes(1);
    private static final Duration TRUCE = Duration.ofMinutes(2);
    /** A watch may still show what was before an application that is younger. */
    private static final Duration WATCH_LAG = Duration.ofSeconds(10);

    private record Held(String digest, Trace trace, Instant since, boolean intact) {
        Held with(boolean nowIntact) {
            return new Held(digest, trace, since, nowIntact);
        }
    }

    /**
     * What became of an application.
     *
     * @param reason why it is not done; empty while that may still pass by itself
     */
    record Outcome(boolean done, Optional<Reason> reason) {
        private static final Outcome DONE = new Outcome(true, Optional.empty());
    }

    /**
     * @param reason what is told of it, empty = nothing yet
     * @param passingSince since when the server has been failing in a way that may pass; empty = it refused
     */
    private record Failure(
            String digest, Optional<Reason> reason, Optional<Instant> passingSince, int attempts, Instant nextTry) {}

    private record Restored(int count, Instant until) {}

    private final ClusterWriter cluster;
    private final Function<String, byte[]> bodies;
    private final InstantSource clock;
    private final Map<ObjectKey, Held> held = new ConcurrentHashMap<>();
    private final Map<ObjectKey, Failure> failures = new HashMap<>();
    private final Map<ObjectKey, Restored> restorations = new HashMap<>();
    private final Set<ObjectKey> pruned = ConcurrentHashMap.newKeySet();

    Applier(ClusterWriter cluster, Function<String, byte[]> bodies, InstantSource clock) {
        this.cluster = cluster;
        this.bodies = bodies;
        this.clock = clock;
    }

    Observed observed() {
        Map<ObjectKey, Observed.Seen> seen = new HashMap<>();
        held.forEach((key, object) -> seen.put(key, new Observed.Seen(object.digest(), object.intact())));
        return new Observed(seen);
    }

    /** Applies, unless that failed lately and is not due again. */
    Outcome apply(Change.Apply change, String layer) {
        Failure failed = failures.get(change.key());
        if (failed != null && !failed.digest().equals(change.digest())) {
            failed = null;
        }
        if (failed != null && clock.instant().isBefore(failed.nextTry())) {
            return new Outcome(false, failed.reason());
        }
        if (change.why() == Change.Why.DRIFTED && !withinBudget(change.key())) {
            return new Outcome(false, Optional.of(contested(layer, change.key())));
        }
        try {
            JsonNode object = applied(change);
            held.put(change.key(), new Held(change.digest(), Ownership.trace(object), clock.instant(), true));
            failures.remove(change.key());
            pruned.remove(change.key());
            return Outcome.DONE;
        } catch (KubeRefusal refusal) {
            Failure failure = failure(change, layer, refusal, failed);
            failures.put(change.key(), failure);
            return new Outcome(false, failure.reason());
        }
    }

    private Failure failure(Change.Apply change, String layer, KubeRefusal refusal, @Nullable Failure before) {
        Instant now = clock.instant();
        Reason reason = Reasons.of(layer, change.key(), refusal);
        int attempts = before == null ? 1 : before.attempts() + 1;
        Instant nextTry = now.plus(pause(attempts));
        if (!Reasons.mayPass(refusal)) {
            return new Failure(change.digest(), Optional.of(reason), Optional.empty(), attempts, nextTry);
        }
        Instant since = before == null ? now : before.passingSince().orElse(now);
        boolean lasts = !since.plus(MAY_PASS).isAfter(now);
        Optional<Reason> told = before == null ? Optional.empty() : before.reason();
        return new Failure(change.digest(), lasts ? Optional.of(reason) : told, Optional.of(since), attempts, nextTry);
    }

    /** Removes an object that carries Weft's label; anything else of that name is not ours and stays. True = gone. */
    boolean prune(ObjectKey key) {
        if (pruned.contains(key)) {
            return true;
        }
        try {
            Optional<JsonNode> object = cluster.get(key);
            boolean ours = object.filter(Ownership::isOurs).isPresent();
            if (object.isPresent() && ours && !Ownership.trace(object.get()).deleting()) {
                cluster.delete(key, object.get().path("metadata").path("uid").asText());
                LOG.infof("pruned %s", key);
                return false;
            }
            held.remove(key);
            pruned.add(key);
            return true;
        } catch (KubeRefusal refusal) {
            LOG.warnf("pruning %s failed, trying again: %s", key, refusal.getMessage());
            return false;
        }
    }

    /** What a watch saw of an object; null = it is gone, or lost Weft's label. Returns true when that is drift. */
    boolean seen(ObjectKey key, @Nullable Trace trace) {
        Held object = held.get(key);
        if (object == null || !object.intact()) {
            return false;
        }
        boolean same = trace != null
                && trace.uid().equals(object.trace().uid())
                && trace.fields().equals(object.trace().fields());
        if (!same) {
            LOG.infof("%s was %s by somebody else", key, trace == null ? "removed" : "changed");
            held.put(key, object.with(false));
        }
        return !same;
    }

    /**
     * As {@link #seen}, of what a watch shows now: an event that came while the object was being applied was compared with
     * the one before.
     */
    boolean compare(ObjectKey key, @Nullable Trace trace) {
        Held object = held.get(key);
        return object != null && object.since().plus(WATCH_LAG).isBefore(clock.instant()) && seen(key, trace);
    }

    /** Looks at an object that no watch covers. */
    boolean look(ObjectKey key) {
        try {
            return seen(key, cluster.get(key).map(Ownership::trace).orElse(null));
        } catch (KubeRefusal refusal) {
            LOG.debugf("looking at %s failed: %s", key, refusal.getMessage());
            return false;
        }
    }

    /** Forgets what is neither desired nor to be removed any more. */
    void retain(Collection<ObjectKey> desired, Collection<ObjectKey> tombstones) {
        Set<ObjectKey> wanted = Set.copyOf(desired);
        held.keySet().removeIf(key -> !wanted.contains(key));
        failures.keySet().removeIf(key -> !wanted.contains(key));
        restorations.keySet().removeIf(key -> !wanted.contains(key));
        pruned.retainAll(Set.copyOf(tombstones));
    }

    private JsonNode applied(Change.Apply change) {
        var intent = Ownership.intent(change.key(), bodies.apply(change.digest()), change.digest());
        try {
            return cluster.apply(change.key(), intent, false);
        } catch (KubeRefusal refusal) {
            if (refusal.isConflict() && mayReclaim(change)) {
                return cluster.apply(change.key(), intent, true);
            }
            throw refusal;
        }
    }

    /**
     * Force takes back only fields that were Weft's: the live object carries the very body that is to be applied, and no
     * other tool applies to it. Taking over somebody else's fields is adoption, which a person decides (D9).
     */
    private boolean mayReclaim(Change.Apply change) {
        Optional<JsonNode> live = cluster.get(change.key());
        return live.filter(Ownership::isOurs)
                .filter(object -> !Ownership.hasOtherApplier(object))
                .map(Ownership::trace)
                .filter(trace -> trace.digest().equals(change.digest()))
                .isPresent();
    }

    private boolean withinBudget(ObjectKey key) {
        Instant now = clock.instant();
        Restored past = restorations.get(key);
        if (past == null || past.until().isBefore(now)) {
            past = new Restored(0, now.plus(RESTORATION_WINDOW));
        }
        int count = Math.min(past.count() + 1, RESTORATIONS + 1);
        Instant until = count == RESTORATIONS ? now.plus(TRUCE) : past.until();
        restorations.put(key, new Restored(count, until));
        return count <= RESTORATIONS;
    }

    private Reason contested(String layer, ObjectKey key) {
        Restored past = restorations.get(key);
        return Reasons.reason(
                layer,
                key,
                "Contested",
                key + " was removed or changed by somebody else " + RESTORATIONS
                        + " times within a minute; it is restored"
                        + " again at " + (past == null ? clock.instant() : past.until())
                        + ". Stop the other writer, which the object's managedFields or the audit log name.");
    }

    private static Duration pause(int attempts) {
        Duration pause = Duration.ofSeconds(1L << Math.min(attempts - 1, 5));
        return pause.compareTo(LONGEST_PAUSE) > 0 ? LONGEST_PAUSE : pause;
    }
}
