package io.weft.model.facts;

import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * A Deployment, StatefulSet or the like.
 *
 * @param name kind and name as in {@code deployment/web}
 * @param serviceAccount "default" where the pod template names none
 */
public record WorkloadFact(String namespace, String name, SortedMap<String, String> podLabels, String serviceAccount) {
    public WorkloadFact {
        podLabels = new TreeMap<>(podLabels);
    }

    Map<String, Object> toMap() {
        return Map.of("namespace", namespace, "name", name, "podLabels", podLabels, "serviceAccount", serviceAccount);
    }
}
