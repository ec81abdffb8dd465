package io.weft.api.http;

import io.weft.model.facts.LabelSelector;
import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Rules for texts: names, labels, closed sets. */
final class TextRules {
    private static final String OWN_LABELS = "weft.io/";
    static final Pattern LABEL = Pattern.compile("[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?");
    private static final Pattern LABEL_KEY =
            Pattern.compile("([a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?/)?[A-Za-z0-9]([A-Za-z0-9._-]{0,61}[A-Za-z0-9])?");
    private static final Pattern LABEL_VALUE = Pattern.compile("([A-Za-z0-9]([A-Za-z0-9._-]{0,61}[A-Za-z0-9])?)?");

    private TextRules() {}

    /** Adds the first rule that the text breaks. */
    static void judge(@Nullable RequestField rule, String text, String at, Violations violations) {
        if (rule == null) {
            lengthFits(1024, text, at, violations);
            return;
        }
        if (!lengthFits(rule.maxLength(), text, at, violations)) {
            return;
        }
        if (rule.filled() && text.isBlank()) {
            violations.body(at, "BLANK", "must not be blank");
            return;
        }
        if (rule.label() && !LABEL.matcher(text).matches()) {
            violations.body(
                    at,
                    "INVALID_NAME",
                    "must be 1 to 63 lower-case letters, digits and '-', beginning and ending with a letter or digit");
            return;
        }
        if (rule.selector() && LabelSelector.parse(text).isEmpty()) {
            violations.body(
                    at, "INVALID_SELECTOR", "must be a selector in Kubernetes' syntax, such as tier in (dev,test)");
            return;
        }
        if (rule.duration() && DurationText.parse(text).isEmpty()) {
            violations.body(at, "INVALID_FORM", "must be a duration such as 90s, 30m or 4h");
            return;
        }
        if (rule.oneOf().length > 0 && !List.of(rule.oneOf()).contains(text)) {
            violations.body(at, "UNKNOWN_VALUE", "must be one of " + String.join(", ", rule.oneOf()));
            return;
        }
        if (!rule.pattern().isEmpty() && !text.matches(rule.pattern())) {
            violations.body(at, "INVALID_FORM", "must match " + rule.pattern());
            return;
        }
    }

    private static boolean lengthFits(int longest, String text, String at, Violations violations) {
        if (text.length() > longest) {
            violations.body(at, "TOO_LONG", "must be at most " + longest + " characters, has " + text.length());
            return false;
        }
        return true;
    }

    static void judgeLabel(String key, String value, String at, Violations violations) {
        if (!LABEL_KEY.matcher(key).matches()) {
            violations.body(at, "INVALID_LABEL", "the key is no Kubernetes label key");
        }
        if (key.startsWith(OWN_LABELS)) {
            violations.body(at, "RESERVED_LABEL", "labels that begin with " + OWN_LABELS + " are Weft's own");
        }
        if (!LABEL_VALUE.matcher(value).matches()) {
            violations.body(at, "INVALID_LABEL", "the value is no Kubernetes label value");
        }
    }
}
