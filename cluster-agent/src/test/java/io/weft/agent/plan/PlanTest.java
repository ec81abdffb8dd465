package io.weft.agent.plan;

import static org.assertj.core.api.Assertions.assertThat;

import io.weft.agent.plan.Change.Apply;
import io.weft.agent.plan.Change.Held;
import io.weft.agent.plan.Change.Hold;
import io.weft.agent.plan.Change.Prune;
import io.weft.agent.plan.Change.Why;
import io.weft.agent.plan.Observed.Seen;
import io.weft.agent.plan.Snapshot.Item;
import io.weft.agent.plan.Snapshot.Layer;
import io.weft.agent.plan.Snapshot.Phase;
import io.weft.testkit.Seeds;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class PlanTest {
    private static final ObjectKey WEB = policy("web");
    private static final ObjectKey DENY = policy("deny");

    @Test
    void whatIsAsItShouldBeDoesNotAppear() {
        Plan plan = Plan.of(desired(List.of(new Item(WEB, "d1")), List.of()), seen(Map.of(WEB, new Seen("d1", true))));
        assertThat(plan.steps()).isEmpty();
    }

    @Test
    void newChangedAndDriftedObjectsAreAppliedEachForItsReason() {
        ObjectKey third = policy("third");
        Snapshot desired =
                desired(List.of(new Item(WEB, "d2"), new Item(DENY, "d1"), new Item(third, "d1")), List.of());
        Plan plan = Plan.of(desired, seen(Map.of(WEB, new Seen("d1", true), DENY, new Seen("d1", false))));
        assertThat(plan.changesOf("policy", 0))
                .containsExactly(
                        new Apply(WEB, "d2", Why.CHANGED),
                        new Apply(DENY, "d1", Why.DRIFTED),
                        new Apply(third, "d1", Why.NEW));
    }

    @Test
    void absenceProvesNothingOnlyATombstoneRemoves() {
        Plan plan = Plan.of(desired(List.of(), List.of()), seen(Map.of(WEB, new Seen("d1", true))));
        assertThat(plan.removals()).isEmpty();
    }

    @Test
    void aTombstoneWaitsUntilObjectsOfItsKindAreApplied() {
        Snapshot desired = desired(List.of(new Item(DENY, "d1")), List.of(WEB));
        assertThat(Plan.of(desired, Observed.NOTHING).removals())
                .containsExactly(new Hold(WEB, Held.REPLACEMENT_PENDING));
        assertThat(Plan.of(desired, seen(Map.of(DENY, new Seen("d1", true)))).removals())
                .containsExactly(new Prune(WEB));
    }

    @Test
    void whatIsDesiredInAnyVersionIsNotPruned() {
        ObjectKey older = new ObjectKey(WEB.group(), "v1beta1", WEB.kind(), WEB.namespace(), WEB.name());
        Snapshot desired = desired(List.of(new Item(WEB, "d1")), List.of(older));
        assertThat(Plan.of(desired, seen(Map.of(WEB, new Seen("d1", true)))).removals())
                .containsExactly(new Hold(older, Held.STILL_DESIRED));
    }

    @Test
    void definitionsNamespacesAndClaimsAreNeverPruned() {
        List<ObjectKey> tombstones = List.of(
                new ObjectKey("apiextensions.k8s.io", "v1", "CustomResourceDefinition", "", "x"),
                new ObjectKey("", "v1", "Namespace", "", "shop"),
                new ObjectKey("", "v1", "PersistentVolumeClaim", "shop", "data"));
        assertThat(Plan.of(desired(List.of(), tombstones), Observed.NOTHING).removals())
                .allSatisfy(change -> assertThat(change)
                        .isInstanceOfSatisfying(
                                Hold.class, hold -> assertThat(hold.why()).isEqualTo(Held.NEVER_PRUNED)));
    }

    @Test
    void customResourcesGoBeforeWebhooksAndRightsLast() {
        ObjectKey role = new ObjectKey("rbac.authorization.k8s.io", "v1", "ClusterRole", "", "istiod");
        ObjectKey webhook =
                new ObjectKey("admissionregistration.k8s.io", "v1", "ValidatingWebhookConfiguration", "", "istiod");
        ObjectKey istiod = new ObjectKey("apps", "v1", "Deployment", "istio-system", "istiod");
        Plan plan = Plan.of(desired(List.of(), List.of(role, istiod, webhook, WEB)), Observed.NOTHING);
        assertThat(plan.removals()).extracting(Change::key).containsExactly(WEB, webhook, istiod, role);
    }

    @Test
    void anOlderVersionOrEpochIsOlder() {
        assertThat(snapshot(1, 5).isOlderThan(snapshot(1, 6))).isTrue();
        assertThat(snapshot(1, 9).isOlderThan(snapshot(2, 1))).isTrue();
        assertThat(snapshot(2, 1).isOlderThan(snapshot(1, 9))).isFalse();
        assertThat(snapshot(1, 6).isOlderThan(snapshot(1, 6))).isFalse();
    }

    @Test
    void carryingOutAPlanLeavesNothingToDo() {
        Seeds.first(2_000).forEach(random -> {
            List<Item> items = new ArrayList<>();
            Map<ObjectKey, Seen> seen = new HashMap<>();
            for (int i = 0; i < random.nextInt(1, 12); i++) {
                ObjectKey key = policy("p" + i);
                items.add(new Item(key, "d" + random.nextInt(3)));
                if (random.nextBoolean()) {
                    seen.put(key, new Seen("d" + random.nextInt(3), random.nextBoolean()));
                }
            }
            Snapshot desired = desired(items, List.of(policy("gone")));
            Plan.of(desired, seen(seen)).steps().stream()
                    .flatMap(step -> step.changes().stream())
                    .forEach(apply -> seen.put(apply.key(), new Seen(apply.digest(), true)));
            Plan again = Plan.of(desired, seen(seen));
            assertThat(again.steps()).isEmpty();
            assertThat(again.removals()).containsExactly(new Prune(policy("gone")));
        });
    }

    private static ObjectKey policy(String name) {
        return new ObjectKey("security.istio.io", "v1", "AuthorizationPolicy", "shop", name);
    }

    private static Observed seen(Map<ObjectKey, Seen> objects) {
        return new Observed(objects);
    }

    private static Snapshot desired(List<Item> items, List<ObjectKey> tombstones) {
        Layer layer = new Layer("policy", "sha256:x", List.of(new Phase("objects", items, List.of())));
        return new Snapshot(1, 1, "n", List.of(layer), tombstones);
    }

    private static Snapshot snapshot(long epoch, long version) {
        return new Snapshot(epoch, version, "", List.of(), List.of());
    }
}
