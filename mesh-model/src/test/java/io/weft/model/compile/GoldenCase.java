package io.weft.model.compile;

import io.weft.model.facts.ClusterFacts;
import io.weft.model.facts.InventoryEntry;
import io.weft.model.manifest.Manifest;
import io.weft.model.manifest.PhasePlan;
import io.weft.model.policy.PolicyReader;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.yaml.snakeyaml.DumperOptions;
import org.yaml.snakeyaml.Yaml;

/** Reads and writes the YAML of golden cases. */
record GoldenCase(List<PolicyIntent> intents, InstallationFacts installation, ClusterFacts facts) {

    static GoldenCase read(SortedMap<String, String> inputs) {
        Map<String, Object> cluster = new Yaml().load(inputs.get("cluster.yaml"));
        List<Map<String, Object>> policies = new Yaml().load(inputs.get("policies.yaml"));
        return new GoldenCase(
                policies.stream().map(GoldenCase::intent).toList(),
                installation(map(cluster.get("installation"))),
                ClusterFacts.of(list(cluster.get("inventory")).stream()
                        .map(GoldenCase::map)
                        .map(entry -> new InventoryEntry(
                                text(entry, "kind"),
                                text(entry, "namespace"),
                                text(entry, "name"),
                                map(entry.get("body"))))
                        .toList()));
    }

    private static PolicyIntent intent(Map<String, Object> policy) {
        PolicyReader.Read read = PolicyReader.read(text(policy, "kind"), map(policy.get("spec")));
        return switch (read) {
            case PolicyReader.Read.Valid valid ->
                new PolicyIntent(
                        text(policy, "id"),
                        text(policy, "name"),
                        ((Number) policy.getOrDefault("generation", 1)).longValue(),
                        valid.spec());
            case PolicyReader.Read.Invalid invalid -> throw new AssertionError(invalid.violations());
        };
    }

    private static InstallationFacts installation(Map<String, Object> map) {
        SortedMap<String, String> placements = new TreeMap<>();
        map(map.get("placements"))
                .forEach((namespace, revision) -> placements.put(namespace, String.valueOf(revision)));
        return new InstallationFacts(
                text(map, "id"),
                text(map, "family"),
                text(map, "mode"),
                list(map.get("versions")).stream().map(String::valueOf).toList(),
                placements,
                text(map, "defaultRevision"),
                text(map, "trustDomain"));
    }

    static SortedMap<String, String> written(CompiledPolicies compiled) {
        Map<String, Object> phases = new LinkedHashMap<>();
        for (PhasePlan phase : compiled.phases()) {
            phases.put(
                    phase.name(), phase.manifests().stream().map(Manifest::body).toList());
        }
        Map<String, Object> outcomes = new TreeMap<>();
        compiled.outcomes().forEach((id, outcome) -> outcomes.put(id, written(outcome)));
        List<Object> probes = new ArrayList<>();
        compiled.probes()
                .forEach(probe ->
                        probes.add(probe.document("prb-" + probe.policyId(), 1).body()));
        return new TreeMap<>(
                Map.of("objects.yaml", yaml(phases), "outcomes.yaml", yaml(outcomes), "probes.yaml", yaml(probes)));
    }

    private static Map<String, Object> written(PolicyOutcome outcome) {
        return switch (outcome) {
            case PolicyOutcome.Ready ready ->
                new TreeMap<>(Map.of(
                        "objects",
                                ready.objects().stream()
                                        .map(key -> key.kind() + " " + key.namespace() + "/" + key.name())
                                        .toList(),
                        "losses",
                                ready.losses().stream()
                                        .map(Loss::toMap)
                                        .map(TreeMap::new)
                                        .toList(),
                        "reports",
                                ready.reports().stream()
                                        .map(Report::toMap)
                                        .map(TreeMap::new)
                                        .toList()));
            case PolicyOutcome.Refused refused ->
                new TreeMap<>(Map.of(
                        "class", refused.capabilityClass(),
                        "refused", refused.code(),
                        "capability", refused.capability(),
                        "reason", refused.reason()));
        };
    }

    private static String yaml(Object value) {
        DumperOptions options = new DumperOptions();
        options.setDefaultFlowStyle(DumperOptions.FlowStyle.BLOCK);
        options.setWidth(120);
        return new Yaml(options).dump(sorted(value));
    }

    private static Object sorted(Object value) {
        return switch (value) {
            case Map<?, ?> map -> {
                Map<String, Object> sorted =
                        map instanceof LinkedHashMap<?, ?> ? new LinkedHashMap<>() : new TreeMap<>();
                map.forEach((key, inner) -> sorted.put(String.valueOf(key), sorted(inner)));
                yield sorted;
            }
            case List<?> list ->
                new ArrayList<>(list.stream().map(GoldenCase::sorted).toList());
            default -> value;
        };
    }

    private static String text(Map<String, Object> map, String key) {
        return String.valueOf(map.getOrDefault(key, ""));
    }

    @SuppressWarnings("unchecked")
    private static Map<String, Object> map(@Nullable Object value) {
        return value instanceof Map<?, ?> map ? (Map<String, Object>) map : Map.of();
    }

    private static List<?> list(@Nullable Object value) {
        return value instanceof List<?> list ? list : List.of();
    }
}
