package io.weft.model.compile;

import io.weft.model.facts.ClusterFacts;
import io.weft.model.facts.ServiceFact;
import io.weft.model.manifest.Manifest;
import io.weft.model.manifest.PhasePlan;
import io.weft.model.policy.PolicyKind;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Istio with sidecars. What others refer to comes first: DestinationRules before VirtualServices. */
final class IstioSidecar {
    static final String SECURITY = "security.istio.io/v1";
    static final String NETWORKING = "networking.istio.io/v1";

    private final InstallationFacts installation;
    private final ClusterFacts facts;

    IstioSidecar(InstallationFacts installation, ClusterFacts facts) {
        this.installation = installation;
        this.facts = facts;
    }

    List<PhasePlan> compile(List<Draft> drafts) {
        List<Draft> resolved = drafts.stream().filter(this::namespaceThere).toList();
        IstioRoutes routes = new IstioRoutes(this).compile(of(resolved, PolicyKind.TRAFFIC_ROUTE));
        List<PhasePlan> phases = new ArrayList<>();
        add(phases, "authentication", new IstioMutualTls(this).compile(of(resolved, PolicyKind.MUTUAL_TLS)));
        add(phases, "destinations", routes.destinationRules());
        add(phases, "routes", routes.virtualServices());
        add(phases, "authorization", new IstioAuthorization(this).compile(of(resolved, PolicyKind.AUTHORIZATION)));
        return phases;
    }

    InstallationFacts installation() {
        return installation;
    }

    ClusterFacts facts() {
        return facts;
    }

    /** The Services a policy names and that are there; each missing one is reported. */
    List<ServiceFact> services(Draft draft, List<String> names) {
        List<ServiceFact> found = new ArrayList<>();
        for (String name : names) {
            Optional<ServiceFact> service = facts.service(draft.target().namespace(), name);
            if (service.isEmpty()) {
                draft.report(
                        Report.UNRESOLVED_SERVICE,
                        "There is no Service " + draft.target().namespace() + "/" + name
                                + " yet; the policy takes effect there once it exists");
            } else if (service.get().selector().isEmpty()) {
                draft.report(
                        "SERVICE_WITHOUT_SELECTOR",
                        "Service " + draft.target().namespace() + "/" + name
                                + " selects no pods by labels, so no proxy can enforce the policy");
            } else {
                found.add(service.get());
            }
        }
        return found;
    }

    /** Object of one policy, named after it; a dot keeps names of policies and services apart. */
    static String name(Draft draft, @Nullable ServiceFact service) {
        String base = "weft-" + draft.intent().name();
        return service == null || draft.target().services().size() == 1 ? base : base + "." + service.name();
    }

    static Manifest manifest(
            String apiVersion, String kind, String namespace, String name, String policies, Map<String, Object> spec) {
        return Manifest.of(new TreeMap<>(Map.of(
                "apiVersion", apiVersion,
                "kind", kind,
                "metadata",
                        Map.of(
                                "namespace",
                                namespace,
                                "name",
                                name,
                                "labels",
                                Map.of("app.kubernetes.io/managed-by", "weft"),
                                "annotations",
                                Map.of("weft.io/policy", policies)),
                "spec", spec)));
    }

    private boolean namespaceThere(Draft draft) {
        String namespace = draft.target().namespace();
        if (!facts.namespaces().containsKey(namespace)) {
            draft.report(
                    Report.UNRESOLVED_NAMESPACE,
                    "There is no namespace " + namespace + " yet; the policy takes effect once it exists");
            return false;
        }
        if (!installation.placements().containsKey(namespace)) {
            draft.report(
                    "NAMESPACE_NOT_IN_MESH",
                    "Namespace " + namespace + " is not placed on this mesh: its pods have no proxy to enforce this");
        }
        return true;
    }

    private static List<Draft> of(List<Draft> drafts, PolicyKind kind) {
        return drafts.stream()
                .filter(draft -> draft.intent().spec().kind() == kind)
                .toList();
    }

    private static void add(List<PhasePlan> phases, String name, List<Manifest> manifests) {
        if (!manifests.isEmpty()) {
            phases.add(PhasePlan.of(
                    name,
                    manifests.stream()
                            .sorted(Comparator.comparing(Manifest::key))
                            .toList()));
        }
    }
}
