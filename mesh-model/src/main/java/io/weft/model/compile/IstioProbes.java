package io.weft.model.compile;

import io.weft.model.facts.ClusterFacts;
import io.weft.model.facts.ServiceFact;
import io.weft.model.policy.Authorization;
import io.weft.model.policy.MutualTls;
import io.weft.model.policy.PolicyKind;
import io.weft.model.policy.Proof;
import io.weft.model.policy.TrafficRoute;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/** How each policy is shown to be in force; only where its author permits the positive control (D19). */
final class IstioProbes {
    private static final String HOLD = "{\"holdApplicationUntilProxyStarts\": true}";

    private final InstallationFacts installation;
    private final ClusterFacts facts;

    IstioProbes(InstallationFacts installation, ClusterFacts facts) {
        this.installation = installation;
        this.facts = facts;
    }

    List<ProbePlan> plan(List<Draft> drafts) {
        List<ProbePlan> plans = new ArrayList<>();
        for (Draft draft : drafts) {
            Optional<Proof.Allow> allow = draft.intent().spec().proof().allow();
            if (allow.isPresent() && !draft.isRefused() && !draft.objects().isEmpty() && refusesSomething(draft)) {
                plan(draft, allow.get(), drafts).ifPresent(plans::add);
            }
        }
        return plans.stream().sorted(Comparator.comparing(ProbePlan::policyId)).toList();
    }

    private static boolean refusesSomething(Draft draft) {
        return !(draft.intent().spec().rules() instanceof MutualTls rules && rules.mode() == MutualTls.Mode.PERMISSIVE);
    }

    private Optional<ProbePlan> plan(Draft draft, Proof.Allow allow, List<Draft> drafts) {
        Optional<ServiceFact> service = service(draft, allow, drafts);
        if (service.isEmpty()) {
            draft.report(
                    "PROOF_WITHOUT_SERVICE",
                    "The target has no Service with "
                            + (allow.port().isPresent() ? "port " + allow.port().getAsInt() : "a port")
                            + " to call, so nothing shows that the policy is in force");
            return Optional.empty();
        }
        if (!admitted(allow, service.get(), drafts)) {
            draft.report(
                    "PROOF_CALLER_NOT_ALLOWED",
                    "proof.allow.serviceAccount " + allow.serviceAccount() + " is on no allow-list of Service "
                            + service.get().name() + ": there is no positive control, so the policy is not proved");
            return Optional.empty();
        }
        int port = port(draft, allow, service.get());
        Proof proof = draft.intent().spec().proof();
        return Optional.of(new ProbePlan(
                draft.intent().id(),
                draft.intent().generation(),
                kind(draft),
                "http://" + service.get().name() + "." + service.get().namespace() + ".svc.cluster.local:" + port
                        + allow.path(),
                allow.method(),
                headers(draft),
                allow.serviceAccount(),
                proof.expect(),
                new TreeMap<>(Map.of("istio.io/rev", revision(draft), "sidecar.istio.io/inject", "true")),
                new TreeMap<>(Map.of("proxy.istio.io/config", HOLD)),
                draft.objects(),
                proof.interval()));
    }

    /** The first Service of the target that answers on the port asked for. */
    private Optional<ServiceFact> service(Draft draft, Proof.Allow allow, List<Draft> drafts) {
        String namespace = draft.target().namespace();
        List<String> names = draft.intent().spec().rules() instanceof TrafficRoute route
                ? List.of(route.service())
                : draft.target().services();
        return facts.servicesOf(namespace).stream()
                .filter(service -> names.isEmpty() || names.contains(service.name()))
                .filter(service ->
                        !service.selector().isEmpty() && !service.ports().isEmpty())
                .filter(service -> allow.port().isEmpty()
                        || service.ports().contains(allow.port().getAsInt()))
                .filter(service -> !names.isEmpty() || drafts.stream().noneMatch(other -> opens(other, service)))
                .findFirst();
    }

    /** A namespace's rule is not shown at a Service for which another policy makes an exception. */
    private static boolean opens(Draft draft, ServiceFact service) {
        return draft.intent().spec().rules() instanceof MutualTls rules
                && rules.mode() == MutualTls.Mode.PERMISSIVE
                && !draft.isRefused()
                && draft.target().namespace().equals(service.namespace())
                && draft.target().services().contains(service.name());
    }

    /** Whether every closed door on the way opens for the positive control's caller. */
    private static boolean admitted(Proof.Allow allow, ServiceFact service, List<Draft> drafts) {
        List<Authorization> lists = drafts.stream()
                .filter(draft -> draft.intent().spec().kind() == PolicyKind.AUTHORIZATION && !draft.isRefused())
                .filter(draft -> draft.target().namespace().equals(service.namespace()))
                .filter(draft -> draft.target().services().isEmpty()
                        || draft.target().services().contains(service.name()))
                .map(IstioAuthorization::rules)
                .toList();
        return lists.isEmpty() || lists.stream().anyMatch(list -> list.allow().contains(allow.serviceAccount()));
    }

    private static int port(Draft draft, Proof.Allow allow, ServiceFact service) {
        if (allow.port().isPresent()) {
            return allow.port().getAsInt();
        }
        return draft.intent().spec().rules() instanceof TrafficRoute route
                ? route.port()
                : service.ports().getFirst();
    }

    private static String kind(Draft draft) {
        return switch (draft.intent().spec().rules()) {
            case MutualTls _ -> "plaintextRefused";
            case Authorization _ -> "callerRefused";
            case TrafficRoute _ -> "headerRouteLands";
        };
    }

    private static SortedMap<String, String> headers(Draft draft) {
        return draft.intent().spec().rules() instanceof TrafficRoute route
                ? route.rules().getFirst().headers()
                : new TreeMap<>();
    }

    private String revision(Draft draft) {
        return installation.placements().getOrDefault(draft.target().namespace(), installation.defaultRevision());
    }
}
