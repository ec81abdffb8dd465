package io.weft.api.policy;

import io.weft.api.desired.DesiredState;
import io.weft.api.policy.PolicyView.PolicyRow;
import io.weft.api.policy.Targets.Place;
import io.weft.kit.tenancy.TenantTx;
import io.weft.kit.work.DueWork;
import io.weft.model.compile.PolicyIntent;
import io.weft.model.policy.Delivery;
import io.weft.model.policy.PolicySpec;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;

/** Brings a written policy to its targets, and a changed cluster to the policies that select it. */
@Singleton
public class Targeting {
    private static final Duration OTHERS_AFTER = Duration.ofSeconds(5);

    private final Policies policies;
    private final Targets targets;
    private final Expressibility expressibility;

    Targeting(Policies policies, Targets targets, Expressibility expressibility) {
        this.policies = policies;
        this.targets = targets;
        this.expressibility = expressibility;
    }

    /** Refuses what a selected mesh cannot enforce; else gives where the policy is to hold. */
    List<Place> check(TenantTx tx, UUID id, String name, long generation, PolicySpec spec) {
        List<Place> places = targets.selected(tx, spec.target());
        expressibility.require(tx, new PolicyIntent(id.toString(), name, generation, spec), places);
        return places;
    }

    /** One connected cluster per class at once, the others when it has applied it or after five seconds. */
    void deliver(TenantTx tx, UUID policy, String name, long generation, PolicySpec spec, List<Place> places) {
        Set<UUID> changed = new TreeSet<>(targets.become(tx, policy, places));
        FirstClusters first = FirstClusters.of(places, spec.delivery() == Delivery.IMMEDIATE);
        targets.deliver(
                tx, policy, first.now().stream().map(Place::installation).toList(), generation);
        first.now().forEach(place -> changed.add(place.cluster()));
        // In the order in which the delivery itself takes the rows.
        if (first.othersFollow()) {
            DueWork.schedule(tx, "delivery", policy, tx.now().plus(OTHERS_AFTER), "written");
        }
        DesiredState.changedIn(tx, changed, "policy " + name + " at generation " + generation);
    }

    /** Every cluster prunes at once: holding a removal back would keep refusing calls that are meant to be allowed. */
    boolean remove(TenantTx tx, UUID policy, String name) {
        List<UUID> clusters =
                targets.held(tx, policy).stream().map(Targets.Held::cluster).toList();
        if (clusters.isEmpty()) {
            policies.delete(tx, policy);
            return false;
        }
        policies.markDeleted(tx, policy);
        DesiredState.changedIn(tx, clusters, "policy " + name + " deleted");
        return true;
    }

    /**
     * Looks at every policy anew for a cluster whose labels or installations changed: it gains those that select it now and
     * loses the others. What it gains is delivered at once, for the revision has proved itself elsewhere. One that a new
     * installation cannot express becomes refused there when it is compiled.
     *
     * @return whether anything changed, so that the caller requests a new state version
     */
    public boolean reconsider(TenantTx tx, UUID cluster) {
        boolean changed = false;
        List<Place> here = targets.inCluster(tx, cluster);
        for (PolicyRow policy : policies.alive(tx)) {
            PolicySpec spec = PolicyWrite.read(policy.kind(), policy.spec());
            List<Place> all = targets.selected(tx, spec.target());
            changed |= !targets.become(tx, policy.id(), all).isEmpty();
            for (Place place : here) {
                if (all.contains(place) && targets.isUndelivered(tx, policy.id(), place)) {
                    targets.deliver(tx, policy.id(), List.of(place.installation()), policy.generation());
                    changed = true;
                }
            }
        }
        return changed;
    }
}
