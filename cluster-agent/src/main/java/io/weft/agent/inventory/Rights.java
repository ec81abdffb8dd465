package io.weft.agent.inventory;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.weft.agent.kube.Json;
import io.weft.agent.kube.KubeApi;
import io.weft.agent.kube.KubeRefusal;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jboss.logging.Logger;

/** Asks the API server which of the needed rights the agent lacks; a missing one is named, never a crash (D14). */
final class Rights {
    private static final Logger LOG = Logger.getLogger(Rights.class);
    private static final int MOST = 1_000;
    /** The agent's memory, one of each: the chart's rule has them all. */
    private static final List<String> SECRETS = List.of("weft-identity", "weft-proofs", "weft-state-0");

    private static final int MAX_RULES_BYTES = 1024 * 1024;

    /** One right; {@code name} restricts it to one object, "" = all. */
    record Right(String group, String resource, String subresource, String verb, String name, String namespace) {
        @Override
        public String toString() {
            return verb + " " + resource + (group.isEmpty() ? "" : "." + group)
                    + (subresource.isEmpty() ? "" : "/" + subresource);
        }
    }

    private final KubeApi api;
    private final Path rules;
    private final String namespace;
    private final String account;

    /**
     * @param rules file with the release's rules as a JSON list of RBAC rules; may be absent
     * @param account the agent's own, in its own namespace
     */
    Rights(KubeApi api, Path rules, String namespace, String account) {
        this.api = api;
        this.rules = rules;
        this.namespace = namespace;
        this.account = account;
    }

    /**
     * Rights that are needed and not held, as "verb resource.group[/subresource]". Throws KubeRefusal when the API server
     * cannot say.
     */
    List<String> missing() {
        Set<Right> needed = new LinkedHashSet<>(own());
        needed.addAll(ofRelease());
        List<String> missing = new ArrayList<>();
        for (Right right : needed) {
            if (!held(right)) {
                missing.add(right.toString());
            }
        }
        return missing.stream().distinct().toList();
    }

    private List<Right> own() {
        List<Right> own = new ArrayList<>();
        for (String resource : List.of("namespaces", "services", "serviceaccounts", "pods")) {
            own.add(new Right("", resource, "", "list", "", ""));
            own.add(new Right("", resource, "", "watch", "", ""));
        }
        for (String resource : List.of("deployments", "statefulsets", "daemonsets")) {
            for (String verb : List.of("list", "watch", "patch")) {
                own.add(new Right("apps", resource, "", verb, "", ""));
            }
        }
        own.add(new Right("", "namespaces", "", "patch", "", ""));
        own.add(new Right("", "pods", "", "create", "", ""));
        own.add(new Right("", "pods", "", "delete", "", ""));
        own.add(new Right("policy", "poddisruptionbudgets", "", "list", "", ""));
        own.add(new Right("", "nodes", "metrics", "get", "", ""));
        for (String name : SECRETS) {
            own.add(new Right("", "secrets", "", "get", name, namespace));
            own.add(new Right("", "secrets", "", "patch", name, namespace));
        }
        own.add(new Right("", "secrets", "", "create", "", namespace));
        own.add(new Right("", "serviceaccounts", "token", "create", account, namespace));
        return own;
    }

    private List<Right> ofRelease() {
        List<Right> rights = new ArrayList<>();
        for (JsonNode rule : readRules()) {
            for (JsonNode group : rule.path("apiGroups")) {
                for (JsonNode resource : rule.path("resources")) {
                    for (JsonNode verb : rule.path("verbs")) {
                        add(rights, group.asText(), resource.asText(), verb.asText(), rule.path("resourceNames"));
                    }
                }
            }
        }
        return rights.subList(0, Math.min(MOST, rights.size()));
    }

    private static void add(List<Right> rights, String group, String resource, String verb, JsonNode names) {
        int slash = resource.indexOf('/');
        String plain = slash < 0 ? resource : resource.substring(0, slash);
        String sub = slash < 0 ? "" : resource.substring(slash + 1);
        if (names.isEmpty()) {
            rights.add(new Right(group, plain, sub, verb, "", ""));
        } else {
            names.forEach(name -> rights.add(new Right(group, plain, sub, verb, name.asText(), "")));
        }
    }

    private JsonNode readRules() {
        try {
            if (!Files.isReadable(rules) || Files.size(rules) > MAX_RULES_BYTES) {
                return Json.array();
            }
            return Json.read(Files.readAllBytes(rules));
        } catch (IOException | UncheckedIOException e) {
            LOG.warnf("the release's rules in %s are unreadable: %s", rules, e.getMessage());
            return Json.array();
        }
    }

    private boolean held(Right right) {
        ObjectNode review =
                Json.object().put("apiVersion", "authorization.k8s.io/v1").put("kind", "SelfSubjectAccessReview");
        ObjectNode asked = review.putObject("spec").putObject("resourceAttributes");
        asked.put("group", right.group()).put("resource", right.resource()).put("verb", right.verb());
        if (!right.subresource().isEmpty()) {
            asked.put("subresource", right.subresource());
        }
        if (!right.name().isEmpty()) {
            asked.put("name", right.name());
        }
        if (!right.namespace().isEmpty()) {
            asked.put("namespace", right.namespace());
        }
        try {
            return api.post("/apis/authorization.k8s.io/v1/selfsubjectaccessreviews", Json.write(review))
                    .path("status")
                    .path("allowed")
                    .asBoolean(false);
        } catch (KubeRefusal refusal) {
            if (refusal.status() == 0 || refusal.status() == 429 || refusal.status() >= 500) {
                throw refusal;
            }
            LOG.debugf("asking for %s failed: %s", right, refusal.getMessage());
            return true; // unknown is not missing
        }
    }
}
