package io.weft.upgrade.observe;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;

/** Whether some rules of Kubernetes roles grant what others do. A rule may be covered piece by piece. */
final class LifecycleRules {
    private static final String ANY = "*";

    private LifecycleRules() {}

    /** What {@code needed} grants and {@code granted} does not, for people; both are arrays of policy rules. */
    static List<String> uncovered(JsonNode granted, JsonNode needed) {
        List<String> uncovered = new ArrayList<>();
        for (JsonNode rule : needed) {
            for (String url : texts(rule, "nonResourceURLs")) {
                add(uncovered, rule, url, verb -> isUrlGranted(granted, url, verb));
            }
            for (String group : texts(rule, "apiGroups")) {
                for (String resource : texts(rule, "resources")) {
                    for (String name : names(rule)) {
                        String what =
                                resource + (name.isEmpty() ? "" : " " + name) + (group.isEmpty() ? "" : " in " + group);
                        add(uncovered, rule, what, verb -> isGranted(granted, group, resource, name, verb));
                    }
                }
            }
        }
        return uncovered;
    }

    private static void add(List<String> uncovered, JsonNode rule, String what, Predicate<String> isGranted) {
        List<String> verbs = texts(rule, "verbs").stream()
                .filter(verb -> !isGranted.test(verb))
                .toList();
        if (!verbs.isEmpty()) {
            uncovered.add(String.join(", ", verbs) + " of " + what);
        }
    }

    private static boolean isUrlGranted(JsonNode granted, String url, String verb) {
        for (JsonNode rule : granted) {
            if (holds(rule, "nonResourceURLs", url) && holds(rule, "verbs", verb)) {
                return true;
            }
        }
        return false;
    }

    private static boolean isGranted(JsonNode granted, String group, String resource, String name, String verb) {
        for (JsonNode rule : granted) {
            boolean everyName = texts(rule, "resourceNames").isEmpty();
            if (holds(rule, "apiGroups", group)
                    && holds(rule, "resources", resource)
                    && holds(rule, "verbs", verb)
                    && (everyName
                            || (!name.isEmpty() && texts(rule, "resourceNames").contains(name)))) {
                return true;
            }
        }
        return false;
    }

    private static boolean holds(JsonNode rule, String field, String value) {
        List<String> texts = texts(rule, field);
        return texts.contains(value) || texts.contains(ANY);
    }

    /** The named objects; one empty name stands for all. */
    private static List<String> names(JsonNode rule) {
        List<String> names = texts(rule, "resourceNames");
        return names.isEmpty() ? List.of("") : names;
    }

    private static List<String> texts(JsonNode rule, String field) {
        List<String> texts = new ArrayList<>();
        rule.path(field).forEach(text -> texts.add(text.asText()));
        return texts;
    }
}
