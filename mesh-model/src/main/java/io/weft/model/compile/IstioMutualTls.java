package io.weft.model.compile;

import io.weft.model.capability.Capabilities;
import io.weft.model.facts.ServiceFact;
import io.weft.model.manifest.Manifest;
import io.weft.model.policy.MutualTls;
import io.weft.model.policy.PolicyKind;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * PeerAuthentication. Of several in one scope Istio obeys the oldest (G20), which nobody here can know: a permissive policy
 * is refused where a strict one holds, so that no order of writes opens a closed door.
 */
final class IstioMutualTls {
    private final IstioSidecar mesh;

    IstioMutualTls(IstioSidecar mesh) {
        this.mesh = mesh;
    }

    /** Pods that one object selects; null = the whole namespace. */
    private record Scope(Draft draft, @Nullable ServiceFact service) {
        String key() {
            return draft.target().namespace() + "/" + (service == null ? "*" : service.selector());
        }

        MutualTls.Mode mode() {
            return ((MutualTls) draft.intent().spec().rules()).mode();
        }
    }

    List<Manifest> compile(List<Draft> drafts) {
        List<Scope> scopes =
                drafts.stream().flatMap(draft -> scopes(draft).stream()).toList();
        Map<String, String> strict = new HashMap<>();
        for (Scope scope : scopes) {
            if (scope.mode() == MutualTls.Mode.STRICT) {
                strict.putIfAbsent(scope.key(), scope.draft().intent().name());
            }
        }
        scopes.forEach(scope -> refuseOpening(scope, strict));
        List<Manifest> manifests = new ArrayList<>();
        for (Scope scope : scopes) {
            if (!scope.draft().isRefused()) {
                Manifest manifest = manifest(scope);
                scope.draft().made(manifest);
                manifests.add(manifest);
            }
        }
        return manifests;
    }

    private List<Scope> scopes(Draft draft) {
        List<Scope> scopes = new ArrayList<>();
        if (draft.target().services().isEmpty()) {
            scopes.add(new Scope(draft, null));
        }
        mesh.services(draft, draft.target().services()).forEach(service -> scopes.add(new Scope(draft, service)));
        return scopes;
    }

    private void refuseOpening(Scope scope, Map<String, String> strict) {
        String other = strict.get(scope.key());
        if (scope.mode() == MutualTls.Mode.PERMISSIVE && other != null) {
            InstallationFacts installation = mesh.installation();
            scope.draft()
                    .refuse(new PolicyOutcome.Refused(
                            Capabilities.classOf(installation.family(), installation.mode(), installation.versions())
                                    .name(),
                            "CONFLICTING_POLICY",
                            PolicyKind.MUTUAL_TLS.word(),
                            "policy " + other + " demands strict mutual TLS of the same pods; delete or narrow one"));
        }
    }

    private static Manifest manifest(Scope scope) {
        Map<String, Object> spec = new TreeMap<>();
        spec.put("mtls", Map.of("mode", scope.mode().name()));
        if (scope.service() != null) {
            spec.put("selector", Map.of("matchLabels", scope.service().selector()));
        }
        return IstioSidecar.manifest(
                IstioSidecar.SECURITY,
                "PeerAuthentication",
                scope.draft().target().namespace(),
                IstioSidecar.name(scope.draft(), scope.service()),
                scope.draft().intent().name(),
                spec);
    }
}
