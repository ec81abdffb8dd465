package io.weft.fleet.compile;

import io.weft.fleet.compile.ClusterInputs.DuePolicy;
import io.weft.fleet.compile.ControlPlanes.ControlPlane;
import io.weft.model.compile.CompiledPolicies;
import io.weft.model.compile.InstallationFacts;
import io.weft.model.compile.MeshCompiler;
import io.weft.model.compile.PolicyIntent;
import io.weft.model.compile.PolicyOutcome;
import io.weft.model.compile.ProbePlan;
import io.weft.model.compile.Report;
import io.weft.model.facts.ClusterFacts;
import io.weft.model.manifest.Layer;
import io.weft.model.manifest.LayerDocument;
import io.weft.model.manifest.LayerDocument.BodyRef;
import io.weft.model.manifest.LayerDocument.Phase;
import io.weft.model.manifest.ObjectKey;
import io.weft.model.manifest.PhasePlan;
import io.weft.model.policy.PolicyReader;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.UUID;

/**
 * Policies of all installations of one cluster. What was compiled of a policy before stays where it cannot be compiled
 * now, because a rule that vanished for a moment is a door that stood open.
 */
final class PolicyCompile {
    private static final String POLICY = "policy";
    private static final List<String> PHASES = List.of("authentication", "destinations", "routes", "authorization");

    private final ClusterInputs inputs;
    private final LayerDocument before;
    private final Map<DuePolicy, PolicyOutcome> outcomes = new LinkedHashMap<>();
    private final List<PlannedProbe> probes = new ArrayList<>();
    private final List<PhasePlan> phases = new ArrayList<>();

    /** A probe of an installation. */
    record PlannedProbe(UUID policyId, UUID installationId, ProbePlan plan) {}

    private PolicyCompile(ClusterInputs inputs, LayerDocument before) {
        this.inputs = inputs;
        this.before = before;
    }

    /** @param before the policy layer of the last compiled version */
    static PolicyCompile of(ClusterInputs inputs, LayerDocument before) {
        PolicyCompile compile = new PolicyCompile(inputs, before);
        Map<UUID, List<ControlPlane>> installations = new LinkedHashMap<>();
        inputs.controlPlanes()
                .forEach(plane -> installations
                        .computeIfAbsent(plane.installationId(), _ -> new ArrayList<>())
                        .add(plane));
        installations.forEach(compile::compile);
        return compile;
    }

    Map<DuePolicy, PolicyOutcome> outcomes() {
        return outcomes;
    }

    List<PlannedProbe> probes() {
        return probes;
    }

    /** The layer, together with objects kept from before whose bodies are stored already. */
    Layer layer() {
        Layer made = Layer.of(POLICY, phases);
        Map<String, List<BodyRef>> byPhase = new TreeMap<>();
        made.document()
                .phases()
                .forEach(phase -> byPhase.computeIfAbsent(phase.name(), _ -> new ArrayList<>())
                        .addAll(phase.bodies()));
        kept(made)
                .forEach((phase, refs) ->
                        byPhase.computeIfAbsent(phase, _ -> new ArrayList<>()).addAll(refs));
        List<Phase> merged = PHASES.stream()
                .filter(byPhase::containsKey)
                .map(name -> new Phase(
                        name,
                        byPhase.getOrDefault(name, List.of()).stream()
                                .sorted(Comparator.comparing(BodyRef::object))
                                .toList(),
                        List.of()))
                .toList();
        return new Layer(POLICY, new LayerDocument(merged), made.bodies());
    }

    private void compile(UUID installationId, List<ControlPlane> planes) {
        Map<String, DuePolicy> due = new TreeMap<>();
        List<PolicyIntent> intents = new ArrayList<>();
        for (DuePolicy policy : inputs.policies()) {
            if (policy.installationId().equals(installationId) && !policy.deleted()) {
                due.put(policy.policyId().toString(), policy);
                intent(policy, intents);
            }
        }
        CompiledPolicies compiled = MeshCompiler.compile(intents, facts(installationId, planes), inputs.facts());
        compiled.outcomes().forEach((id, outcome) -> outcomes.put(due.get(id), outcome));
        compiled.probes()
                .forEach(plan -> probes.add(new PlannedProbe(UUID.fromString(plan.policyId()), installationId, plan)));
        phases.addAll(compiled.phases());
    }

    private void intent(DuePolicy policy, List<PolicyIntent> intents) {
        switch (PolicyReader.read(policy.kind(), Json.tree(policy.spec().orElse(null)))) {
            case PolicyReader.Read.Valid valid ->
                intents.add(new PolicyIntent(
                        policy.policyId().toString(), policy.name(), policy.deliveredGeneration(), valid.spec()));
            case PolicyReader.Read.Invalid invalid -> {
                String first = invalid.violations().getFirst().field() + ": "
                        + invalid.violations().getFirst().message();
                outcomes.put(
                        policy,
                        new PolicyOutcome.Refused(policy.capabilityClass(), "INVALID_SPEC", policy.kind(), first));
            }
        }
    }

    private InstallationFacts facts(UUID installationId, List<ControlPlane> planes) {
        SortedMap<String, String> placements = new TreeMap<>();
        inputs.placements().stream()
                .filter(placement -> placement.installationId().equals(installationId))
                .forEach(placement -> placements.put(placement.namespace(), placement.revision()));
        ControlPlane first = planes.getFirst();
        return new InstallationFacts(
                installationId.toString(),
                first.family(),
                first.mode(),
                planes.stream().map(ControlPlane::version).toList(),
                placements,
                first.revision(),
                first.trustDomain());
    }

    private Map<String, List<BodyRef>> kept(Layer made) {
        Set<String> there = new HashSet<>();
        made.document().bodies().forEach(body -> there.add(body.object().id()));
        Set<String> wanted = new HashSet<>();
        outcomes.forEach((policy, outcome) -> {
            if (keepsLast(policy, outcome)) {
                Json.trees(policy.objects())
                        .forEach(key -> wanted.add(ObjectKey.fromMap(key).id()));
            }
        });
        Map<String, List<BodyRef>> kept = new TreeMap<>();
        for (Phase phase : before.phases()) {
            for (BodyRef body : phase.bodies()) {
                String id = body.object().id();
                if (wanted.contains(id) && there.add(id)) {
                    kept.computeIfAbsent(phase.name(), _ -> new ArrayList<>()).add(body);
                }
            }
        }
        return kept;
    }

    /** A refused one does; so does one whose text is the same while something it names is out of sight. */
    private boolean keepsLast(DuePolicy policy, PolicyOutcome outcome) {
        ClusterFacts facts = inputs.facts();
        return switch (outcome) {
            case PolicyOutcome.Refused _ -> true;
            case PolicyOutcome.Ready ready ->
                policy.unchanged()
                        && ready.reports().stream().anyMatch(Report::unresolved)
                        && (facts.namespaces().isEmpty() || !lacksNamespace(ready));
        };
    }

    private static boolean lacksNamespace(PolicyOutcome.Ready ready) {
        return ready.reports().stream().anyMatch(report -> report.code().equals(Report.UNRESOLVED_NAMESPACE));
    }
}
