package io.weft.model.facts;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A selector in Kubernetes' syntax: {@code a=b, a==b, a!=b, a, !a, a in (x,y), a notin (x,y)}, joined by commas. */
public record LabelSelector(List<Requirement> requirements) {
    private static final int MAX_LENGTH = 1000;
    private static final String KEY = "([A-Za-z0-9][A-Za-z0-9._/-]{0,316})";
    private static final String VALUE = "([A-Za-z0-9._-]{0,63})";
    private static final Pattern EQUALS = Pattern.compile(KEY + "\\s*(==|=|!=)\\s*" + VALUE);
    private static final Pattern SET = Pattern.compile(KEY + "\\s+(in|notin)\\s*\\(([A-Za-z0-9._,\\s-]*)\\)");
    private static final Pattern EXISTS = Pattern.compile("(!?)\\s*" + KEY);

    public LabelSelector {
        requirements = List.copyOf(requirements);
    }

    /** One condition on the value of a key. */
    public record Requirement(String key, boolean negated, boolean presenceOnly, List<String> values) {
        boolean holds(Map<String, String> labels) {
            String value = labels.get(key);
            boolean positive = presenceOnly ? value != null : value != null && values.contains(value);
            return positive != negated;
        }
    }

    /** Empty when the text is no selector. */
    public static Optional<LabelSelector> parse(String text) {
        if (text.isBlank() || text.length() > MAX_LENGTH) {
            return Optional.empty();
        }
        List<Requirement> requirements = new ArrayList<>();
        for (String part : parts(text)) {
            Optional<Requirement> requirement = requirement(part.strip());
            if (requirement.isEmpty()) {
                return Optional.empty();
            }
            requirements.add(requirement.get());
        }
        return Optional.of(new LabelSelector(requirements));
    }

    public boolean matches(Map<String, String> labels) {
        return requirements.stream().allMatch(requirement -> requirement.holds(labels));
    }

    private static List<String> parts(String text) {
        List<String> parts = new ArrayList<>();
        int depth = 0;
        int from = 0;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            depth += c == '(' ? 1 : c == ')' ? -1 : 0;
            if (c == ',' && depth == 0) {
                parts.add(text.substring(from, i));
                from = i + 1;
            }
        }
        parts.add(text.substring(from));
        return parts;
    }

    private static Optional<Requirement> requirement(String part) {
        Matcher equal = EQUALS.matcher(part);
        if (equal.matches()) {
            return Optional.of(
                    new Requirement(equal.group(1), "!=".equals(equal.group(2)), false, List.of(equal.group(3))));
        }
        Matcher set = SET.matcher(part);
        if (set.matches()) {
            List<String> values = List.of(set.group(3).strip().split("\\s*,\\s*"));
            return Optional.of(new Requirement(set.group(1), "notin".equals(set.group(2)), false, values));
        }
        Matcher exists = EXISTS.matcher(part);
        return exists.matches()
                ? Optional.of(new Requirement(exists.group(2), "!".equals(exists.group(1)), true, List.of()))
                : Optional.empty();
    }
}
