package io.weft.model.compile;

import io.weft.model.facts.ServiceFact;
import io.weft.model.manifest.Manifest;
import io.weft.model.policy.Authorization;
import io.weft.model.policy.ServiceAccountRef;
import io.weft.model.policy.Target;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** AuthorizationPolicy with action ALLOW: one closes its pods for everybody it does not list (G15). */
final class IstioAuthorization {
    private final IstioSidecar mesh;

    IstioAuthorization(IstioSidecar mesh) {
        this.mesh = mesh;
    }

    List<Manifest> compile(List<Draft> drafts) {
        List<Manifest> manifests = new ArrayList<>();
        for (Draft draft : drafts) {
            if (draft.target().services().isEmpty()) {
                manifests.add(made(draft, null));
            }
            for (ServiceFact service : mesh.services(draft, draft.target().services())) {
                manifests.add(made(draft, service));
            }
            reportSharedIdentities(draft);
            reportUnion(draft, drafts);
        }
        return manifests;
    }

    static Authorization rules(Draft draft) {
        return (Authorization) draft.intent().spec().rules();
    }

    private Manifest made(Draft draft, @Nullable ServiceFact service) {
        String domain = mesh.installation().trustDomain();
        List<String> principals = rules(draft).allow().stream()
                .map(account -> domain + "/ns/" + account.namespace() + "/sa/" + account.name())
                .toList();
        Map<String, Object> spec = new TreeMap<>();
        spec.put("action", "ALLOW");
        // never an empty source: a rule without one admits everybody (G14)
        spec.put("rules", List.of(Map.of("from", List.of(Map.of("source", Map.of("principals", principals))))));
        if (service != null) {
            spec.put("selector", Map.of("matchLabels", service.selector()));
        }
        Manifest manifest = IstioSidecar.manifest(
                IstioSidecar.SECURITY,
                "AuthorizationPolicy",
                draft.target().namespace(),
                IstioSidecar.name(draft, service),
                draft.intent().name(),
                spec);
        draft.made(manifest);
        return manifest;
    }

    private void reportSharedIdentities(Draft draft) {
        for (ServiceAccountRef account : rules(draft).allow()) {
            List<String> users = SharedIdentity.users(mesh.facts(), account);
            if (users.size() > 1) {
                draft.report(
                        "SHARED_IDENTITY",
                        "Service account " + account + " is used by " + String.join(" and ", users)
                                + ": allowing one allows them all; give each its own account");
            }
        }
    }

    private static void reportUnion(Draft draft, List<Draft> drafts) {
        for (Draft other : drafts) {
            if (other != draft && overlap(draft.target(), other.target())) {
                draft.report(
                        "ALLOW_LISTS_ADD_UP",
                        "Policy " + other.intent().name()
                                + " selects the same pods; Istio admits whoever either of them allows");
            }
        }
    }

    static boolean overlap(Target one, Target other) {
        return one.namespace().equals(other.namespace())
                && (one.services().isEmpty()
                        || other.services().isEmpty()
                        || !Collections.disjoint(one.services(), other.services()));
    }
}
