package io.weft.model.compile;

import io.weft.model.capability.Capabilities;
import io.weft.model.capability.CapabilityClass;
import io.weft.model.facts.ClusterFacts;
import io.weft.model.manifest.PhasePlan;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/** Compiles all policies of one installation together, because a mesh allows some objects only once per host. */
public final class MeshCompiler {
    /** Ids grow with time: where two policies want the same thing, the older one has it. */
    private static final Comparator<PolicyIntent> ORDER = Comparator.comparing(PolicyIntent::id);

    private MeshCompiler() {}

    /** Takes every policy that is due in this installation, at most one revision of each. */
    public static CompiledPolicies compile(
            Collection<PolicyIntent> intents, InstallationFacts installation, ClusterFacts facts) {
        List<Draft> drafts = intents.stream().sorted(ORDER).map(Draft::new).toList();
        drafts.forEach(draft -> refuseWhatIsMissing(draft, installation));
        List<Draft> possible =
                drafts.stream().filter(draft -> !draft.isRefused()).toList();
        List<PhasePlan> phases = new IstioSidecar(installation, facts).compile(possible);
        List<ProbePlan> probes = new IstioProbes(installation, facts).plan(possible);
        SortedMap<String, PolicyOutcome> outcomes = new TreeMap<>();
        drafts.forEach(draft -> outcomes.put(draft.intent().id(), draft.outcome()));
        CapabilityClass capabilityClass =
                Capabilities.classOf(installation.family(), installation.mode(), installation.versions());
        return new CompiledPolicies(capabilityClass.name(), outcomes, phases, probes);
    }

    private static void refuseWhatIsMissing(Draft draft, InstallationFacts installation) {
        Capabilities.missing(
                        draft.intent().spec().kind(),
                        installation.family(),
                        installation.mode(),
                        installation.versions())
                .ifPresent(missing -> draft.refuse(new PolicyOutcome.Refused(
                        missing.capabilityClass(), "POLICY_NOT_EXPRESSIBLE", missing.capability(), missing.reason())));
    }
}
