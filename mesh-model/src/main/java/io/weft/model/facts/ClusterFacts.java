package io.weft.model.facts;

import io.weft.model.manifest.CanonicalJson;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What compilers need to know of a cluster. Label changes of namespaces, replica counts and the like are no facts, so they
 * recompile nothing. A body of an unexpected shape loses the parts that cannot be read; nothing throws.
 *
 * @param namespaces labels by namespace; the labels are no part of the digest
 * @param services sorted by namespace and name
 * @param workloads sorted by namespace and name
 */
public record ClusterFacts(
        SortedMap<String, Map<String, String>> namespaces, List<ServiceFact> services, List<WorkloadFact> workloads) {

    public ClusterFacts {
        namespaces = new TreeMap<>(namespaces);
        services = services.stream()
                .sorted(Comparator.comparing(ServiceFact::namespace).thenComparing(ServiceFact::name))
                .toList();
        workloads = workloads.stream()
                .sorted(Comparator.comparing(WorkloadFact::namespace).thenComparing(WorkloadFact::name))
                .toList();
    }

    public static ClusterFacts none() {
        return new ClusterFacts(new TreeMap<>(), List.of(), List.of());
    }

    public static ClusterFacts of(Collection<InventoryEntry> inventory) {
        SortedMap<String, Map<String, String>> namespaces = new TreeMap<>();
        List<ServiceFact> services = new ArrayList<>();
        List<WorkloadFact> workloads = new ArrayList<>();
        for (InventoryEntry entry : inventory) {
            switch (entry.kind()) {
                case "Namespace" ->
                    namespaces.put(entry.name(), texts(entry.body().get("labels")));
                case "Service" -> services.add(service(entry));
                case "Workload" -> workloads.add(workload(entry));
                default -> {} // kinds that no compiler asks for
            }
        }
        return new ClusterFacts(namespaces, services, workloads);
    }

    public Optional<ServiceFact> service(String namespace, String name) {
        return services.stream()
                .filter(service ->
                        service.namespace().equals(namespace) && service.name().equals(name))
                .findFirst();
    }

    public List<ServiceFact> servicesOf(String namespace) {
        return services.stream()
                .filter(service -> service.namespace().equals(namespace))
                .toList();
    }

    /** Changes exactly when something changed that a compile reads. */
    public String digest() {
        return CanonicalJson.digest(Map.of(
                "namespaces", List.copyOf(namespaces.keySet()),
                "services", services.stream().map(ServiceFact::toMap).toList(),
                "workloads", workloads.stream().map(WorkloadFact::toMap).toList()));
    }

    private static ServiceFact service(InventoryEntry entry) {
        List<Integer> ports = new ArrayList<>();
        if (entry.body().get("ports") instanceof List<?> list) {
            for (Object item : list) {
                if (item instanceof Map<?, ?> port && port.get("port") instanceof Number number) {
                    ports.add(number.intValue());
                }
            }
        }
        return new ServiceFact(
                entry.namespace(), entry.name(), texts(entry.body().get("selector")), ports);
    }

    private static WorkloadFact workload(InventoryEntry entry) {
        Object account = entry.body().get("serviceAccount");
        return new WorkloadFact(
                entry.namespace(),
                entry.name(),
                texts(entry.body().get("podLabels")),
                account instanceof String name && !name.isEmpty() ? name : "default");
    }

    private static SortedMap<String, String> texts(@Nullable Object value) {
        SortedMap<String, String> texts = new TreeMap<>();
        if (value instanceof Map<?, ?> map) {
            map.forEach((key, text) -> {
                if (key instanceof String name && text instanceof String label) {
                    texts.put(name, label);
                }
            });
        }
        return texts;
    }
}
