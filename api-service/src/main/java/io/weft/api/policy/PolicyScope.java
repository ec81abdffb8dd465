package io.weft.api.policy;

import io.weft.api.http.CurrentCall;
import io.weft.api.http.Prefix;
import io.weft.kit.id.PublicId;
import io.weft.kit.problem.Problem;
import io.weft.kit.problem.ProblemType;
import io.weft.kit.tenancy.Reach.Scope;
import io.weft.model.facts.LabelSelector;
import io.weft.model.policy.Target;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Stream;

/**
 * Which part of the organisation a policy may come to hold in. Labels change, so a selector that reads them may come to
 * select any cluster; one that names clusters by id cannot.
 */
final class PolicyScope {
    /** A label that every cluster has, and nobody can set. */
    static final String CLUSTER_ID = "weft.io/cluster-id";

    private PolicyScope() {}

    /** The labels by which policies select a cluster. */
    static Map<String, String> labels(UUID cluster, Map<String, String> own) {
        Map<String, String> all = new HashMap<>(own);
        all.put(CLUSTER_ID, PublicId.format(Prefix.CLUSTER, cluster));
        return all;
    }

    /** The clusters that the selector names; empty when it may come to select others. */
    static Optional<List<UUID>> namedClusters(Target target) {
        return target.clusterSelector().stream()
                .map(LabelSelector::requirements)
                .flatMap(Collection::stream)
                .filter(each -> each.key().equals(CLUSTER_ID) && !each.negated() && !each.presenceOnly())
                .findFirst()
                .map(named -> named.values().stream()
                        .flatMap(PolicyScope::cluster)
                        .distinct()
                        .toList());
    }

    private static Stream<UUID> cluster(String id) {
        try {
            return Stream.of(PublicId.parse(Prefix.CLUSTER, id));
        } catch (PublicId.InvalidPublicId _) {
            return Stream.empty(); // selects nothing
        }
    }

    /** Refuses a caller who may not act everywhere where the policy may come to hold. */
    static void require(CurrentCall call, Target target) {
        Optional<List<UUID>> named = namedClusters(target).filter(clusters -> !clusters.isEmpty());
        boolean covered = named.isEmpty()
                ? call.reach().everywhere()
                : named.get().stream().allMatch(each -> call.reach().covers(new Scope(each, target.namespace())));
        if (!covered) {
            throw Problem.of(
                            ProblemType.PERMISSION_MISSING,
                            "The policy may come to hold beyond where the caller has permission policies.write: name"
                                    + " clusters of yours in spec.target.clusterSelector, as in " + CLUSTER_ID
                                    + "=clu_..., and a namespace of yours in spec.target.namespace")
                    .with("permission", "policies.write");
        }
    }
}
