package io.weft.model.release;

import io.weft.model.manifest.CanonicalJson;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * What the agent must hold to run a release: the union of what its Roles and ClusterRoles grant, for Kubernetes refuses to
 * grant what the grantor lacks (D14), and the verbs to apply, watch and prune the kinds it consists of and defines.
 */
public final class LifecycleRules {
    private LifecycleRules() {}

    /** One rule taken apart: a group, one resource or URL, the names it is limited to. */
    private record Atom(String group, String resource, String url, SortedSet<String> names) {}

    /**
     * Rules in a normal form {apiGroups, resources, resourceNames, verbs} or {nonResourceURLs, verbs}; empty lists are left
     * out.
     */
    public static List<Map<String, Object>> of(Collection<? extends Map<String, ?>> objects) {
        SortedMap<String, SortedSet<String>> verbs = new TreeMap<>();
        SortedMap<String, Atom> atoms = new TreeMap<>();
        for (Map<String, ?> object : objects) {
            boolean role = "Role".equals(object.get("kind")) || "ClusterRole".equals(object.get("kind"));
            if (role && object.get("rules") instanceof List<?> rules) {
                rules.forEach(rule -> add(rule, atoms, verbs));
            }
        }
        ApplyRights.of(objects).forEach(rule -> add(rule, atoms, verbs));
        return merged(atoms, verbs);
    }

    private static void add(
            @Nullable Object rule, SortedMap<String, Atom> atoms, SortedMap<String, SortedSet<String>> verbs) {
        if (!(rule instanceof Map<?, ?> map)) {
            return;
        }
        List<Atom> found = new ArrayList<>();
        SortedSet<String> names = new TreeSet<>(texts(map.get("resourceNames")));
        for (String group : texts(map.get("apiGroups"))) {
            texts(map.get("resources")).forEach(resource -> found.add(new Atom(group, resource, "", names)));
        }
        texts(map.get("nonResourceURLs")).forEach(url -> found.add(new Atom("", "", url, new TreeSet<>())));
        for (Atom atom : found) {
            String key =
                    CanonicalJson.write(List.of(atom.group(), atom.resource(), atom.url(), List.copyOf(atom.names())));
            atoms.put(key, atom);
            verbs.computeIfAbsent(key, _ -> new TreeSet<>()).addAll(texts(map.get("verbs")));
        }
    }

    private static List<Map<String, Object>> merged(
            SortedMap<String, Atom> atoms, SortedMap<String, SortedSet<String>> verbs) {
        SortedMap<String, Map<String, Object>> rules = new TreeMap<>();
        SortedMap<String, List<String>> resources = new TreeMap<>();
        atoms.forEach((key, atom) -> {
            List<String> allowed = List.copyOf(verbs.getOrDefault(key, new TreeSet<>()));
            String kind = atom.url().isEmpty() ? "resources" : "nonResourceURLs";
            String rule = CanonicalJson.write(List.of(kind, atom.group(), List.copyOf(atom.names()), allowed));
            Map<String, Object> body = rules.computeIfAbsent(rule, _ -> new TreeMap<>());
            List<String> members = resources.computeIfAbsent(rule, _ -> new ArrayList<>());
            members.add(atom.url().isEmpty() ? atom.resource() : atom.url());
            body.put(kind, members);
            body.put("verbs", allowed);
            if (atom.url().isEmpty()) {
                body.put("apiGroups", List.of(atom.group()));
            }
            if (!atom.names().isEmpty()) {
                body.put("resourceNames", List.copyOf(atom.names()));
            }
        });
        return List.copyOf(rules.values());
    }

    private static List<String> texts(@Nullable Object value) {
        List<String> texts = new ArrayList<>();
        if (value instanceof List<?> list) {
            for (Object item : list) {
                if (item instanceof String text) {
                    texts.add(text);
                }
            }
        }
        return texts;
    }
}
