package io.weft.model.release;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** The rules that let the agent apply, watch and prune objects, and the custom resources that their CRDs define. */
final class ApplyRights {
    private static final List<String> VERBS = List.of("create", "delete", "get", "list", "patch", "watch");
    private static final List<String> VERBS_OF_WHAT_IS_NEVER_PRUNED =
            List.of("create", "get", "list", "patch", "watch");
    private static final Set<String> NEVER_PRUNED =
            Set.of("CustomResourceDefinition", "Namespace", "PersistentVolumeClaim");

    private ApplyRights() {}

    static List<Map<String, Object>> of(Collection<? extends Map<String, ?>> objects) {
        Map<String, Map<String, Object>> rules = new TreeMap<>();
        for (Map<String, ?> object : objects) {
            String kind = text(object.get("kind"));
            String apiVersion = text(object.get("apiVersion"));
            if (!kind.isEmpty() && !apiVersion.isEmpty()) {
                add(
                        rules,
                        group(apiVersion),
                        resource(kind),
                        NEVER_PRUNED.contains(kind) ? VERBS_OF_WHAT_IS_NEVER_PRUNED : VERBS);
            }
            if (kind.equals("CustomResourceDefinition")
                    && object.get("spec") instanceof Map<?, ?> spec
                    && spec.get("names") instanceof Map<?, ?> names) {
                add(rules, text(spec.get("group")), text(names.get("plural")), VERBS);
            }
        }
        return new ArrayList<>(rules.values());
    }

    private static void add(Map<String, Map<String, Object>> rules, String group, String resource, List<String> verbs) {
        rules.put(
                group + "/" + resource,
                Map.of("apiGroups", List.of(group), "resources", List.of(resource), "verbs", verbs));
    }

    private static String group(String apiVersion) {
        int slash = apiVersion.indexOf('/');
        return slash < 0 ? "" : apiVersion.substring(0, slash);
    }

    /** The plural of a built-in kind, as Kubernetes itself guesses it (meta.UnsafeGuessKindToResource). */
    private static String resource(String kind) {
        String singular = kind.toLowerCase(Locale.ROOT);
        if (singular.equals("endpoints")) {
            return singular;
        }
        if (singular.endsWith("s")) {
            return singular + "es";
        }
        return singular.endsWith("y") ? singular.substring(0, singular.length() - 1) + "ies" : singular + "s";
    }

    private static String text(@Nullable Object value) {
        return value instanceof String text ? text : "";
    }
}
