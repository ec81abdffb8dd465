package io.weft.model.compile;

import io.weft.model.facts.ClusterFacts;
import io.weft.model.facts.ServiceFact;
import io.weft.model.facts.WorkloadFact;
import io.weft.model.policy.ServiceAccountRef;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/** Who uses a service account: workloads that stand behind one Service count as one (G6, D20). */
final class SharedIdentity {
    private SharedIdentity() {}

    /** One sorted name per user: Services joined by +, or the workload itself where no Service selects it. */
    static List<String> users(ClusterFacts facts, ServiceAccountRef account) {
        List<Set<String>> groups = new ArrayList<>();
        for (WorkloadFact workload : facts.workloads()) {
            if (workload.namespace().equals(account.namespace())
                    && workload.serviceAccount().equals(account.name())) {
                join(groups, names(facts, workload));
            }
        }
        return groups.stream().map(group -> String.join("+", group)).sorted().toList();
    }

    private static Set<String> names(ClusterFacts facts, WorkloadFact workload) {
        Set<String> names = new TreeSet<>();
        for (ServiceFact service : facts.servicesOf(workload.namespace())) {
            if (service.selects(workload)) {
                names.add("service/" + service.name());
            }
        }
        if (names.isEmpty()) {
            names.add(workload.name());
        }
        return names;
    }

    private static void join(List<Set<String>> groups, Set<String> names) {
        Set<String> joined = new TreeSet<>(names);
        List<Set<String>> touched = groups.stream()
                .filter(group -> !Collections.disjoint(group, names))
                .toList();
        touched.forEach(joined::addAll);
        groups.removeAll(touched);
        groups.add(joined);
    }
}
