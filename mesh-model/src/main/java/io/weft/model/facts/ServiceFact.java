package io.weft.model.facts;

import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/** A Service: how its pods are found and on which ports it answers. */
public record ServiceFact(String namespace, String name, SortedMap<String, String> selector, List<Integer> ports) {
    public ServiceFact {
        selector = new TreeMap<>(selector);
        ports = List.copyOf(ports);
    }

    /** A Service without selector selects nothing here. */
    public boolean selects(WorkloadFact workload) {
        return !selector.isEmpty()
                && namespace.equals(workload.namespace())
                && workload.podLabels().entrySet().containsAll(selector.entrySet());
    }

    Map<String, Object> toMap() {
        return Map.of("namespace", namespace, "name", name, "selector", selector, "ports", ports);
    }
}
