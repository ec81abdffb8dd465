package io.weft.agent.plan;

import io.weft.agent.plan.Change.Apply;
import io.weft.agent.plan.Change.Held;
import io.weft.agent.plan.Change.Hold;
import io.weft.agent.plan.Change.Prune;
import io.weft.agent.plan.Change.Why;
import io.weft.agent.plan.Observed.Seen;
import io.weft.agent.plan.Snapshot.Item;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * What has to be done to make the observed state the desired one. Objects that are as they should be do not appear.
 *
 * @param steps in order of application; a step whose changes are empty is left out
 * @param removals one change per tombstone, custom resources before what serves them
 */
public record Plan(List<Step> steps, List<Change> removals) {
    private static final Set<String> NEVER_PRUNED =
            Set.of("CustomResourceDefinition", "Namespace", "PersistentVolumeClaim");
    private static final Set<String> WEBHOOKS =
            Set.of("MutatingWebhookConfiguration", "ValidatingWebhookConfiguration");

    /** Changes of one phase of one layer. */
    public record Step(String layer, int phase, List<Apply> changes) {
        public Step {
            changes = List.copyOf(changes);
        }
    }

    public Plan {
        steps = List.copyOf(steps);
        removals = List.copyOf(removals);
    }

    public static Plan of(Snapshot desired, Observed observed) {
        List<Step> steps = new ArrayList<>();
        for (Snapshot.Layer layer : desired.layers()) {
            for (int phase = 0; phase < layer.phases().size(); phase++) {
                List<Apply> changes = changes(layer.phases().get(phase).items(), observed);
                if (!changes.isEmpty()) {
                    steps.add(new Step(layer.name(), phase, changes));
                }
            }
        }
        return new Plan(steps, removals(desired, steps));
    }

    /** Changes of one phase, empty when there is nothing to do. */
    public List<Apply> changesOf(String layer, int phase) {
        return steps.stream()
                .filter(step -> step.phase() == phase && step.layer().equals(layer))
                .findFirst()
                .map(Step::changes)
                .orElse(List.of());
    }

    private static List<Apply> changes(List<Item> items, Observed observed) {
        List<Apply> changes = new ArrayList<>();
        for (Item item : items) {
            if (!item.key().isDocument()) {
                Why why = why(item, observed.objects().get(item.key()));
                if (why != null) {
                    changes.add(new Apply(item.key(), item.digest(), why));
                }
            }
        }
        return changes;
    }

    private static @Nullable Why why(Item item, @Nullable Seen seen) {
        if (seen == null) {
            return Why.NEW;
        }
        if (!seen.digest().equals(item.digest())) {
            return Why.CHANGED;
        }
        return seen.intact() ? null : Why.DRIFTED;
    }

    private static List<Change> removals(Snapshot desired, List<Step> steps) {
        Set<ObjectKey> wanted =
                desired.objects().map(item -> item.key().anyVersion()).collect(Collectors.toCollection(HashSet::new));
        List<Apply> pending =
                steps.stream().flatMap(step -> step.changes().stream()).toList();
        return desired.tombstones().stream()
                .distinct()
                .sorted(Comparator.comparingInt(Plan::rank).thenComparing(Comparator.naturalOrder()))
                .map(tombstone -> removal(tombstone, wanted, pending))
                .toList();
    }

    private static Change removal(ObjectKey tombstone, Set<ObjectKey> wanted, List<Apply> pending) {
        if (NEVER_PRUNED.contains(tombstone.kind())) {
            return new Hold(tombstone, Held.NEVER_PRUNED);
        }
        if (wanted.contains(tombstone.anyVersion())) {
            return new Hold(tombstone, Held.STILL_DESIRED);
        }
        return pending.stream().anyMatch(apply -> apply.key().sameKind(tombstone))
                ? new Hold(tombstone, Held.REPLACEMENT_PENDING)
                : new Prune(tombstone);
    }

    /** Custom resources go before the webhooks that judge them, these before their backends, rights last. */
    private static int rank(ObjectKey key) {
        boolean builtIn = !key.group().contains(".") || key.group().endsWith(".k8s.io");
        if (!builtIn) {
            return 0;
        }
        if (WEBHOOKS.contains(key.kind())) {
            return 1;
        }
        return key.group().equals("rbac.authorization.k8s.io") || key.kind().equals("ServiceAccount") ? 3 : 2;
    }
}
