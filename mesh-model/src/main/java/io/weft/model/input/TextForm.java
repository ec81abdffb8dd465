package io.weft.model.input;

import java.util.regex.Pattern;

/**
 * A form that a string must have.
 *
 * @param description how a message names it, with an article
 * @param placeholder a value of this form, returned in place of a faulty one
 */
public record TextForm(String description, int maxLength, Pattern pattern, String placeholder) {
    private static final String LABEL = "[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?";

    public static final TextForm DNS_LABEL =
            new TextForm("a name of lower-case letters, digits and dashes", 63, Pattern.compile(LABEL), "x");
    public static final TextForm SERVICE_ACCOUNT = new TextForm(
            "a service account as \"namespace/name\"",
            63 + 1 + 253,
            Pattern.compile(LABEL + "/" + LABEL + "(\\." + LABEL + ")*"),
            "x/x");
    public static final TextForm PATH =
            new TextForm("a path that begins with /", 1024, Pattern.compile("/[A-Za-z0-9._~!$&'()*+,;=:@%/?-]*"), "/");
    public static final TextForm HEADER_NAME =
            new TextForm("a lower-case header name", 128, Pattern.compile("[a-z0-9]([a-z0-9_-]*[a-z0-9])?"), "x");
    public static final TextForm HEADER_VALUE = new TextForm(
            "a header value of printable ASCII",
            1024,
            Pattern.compile("[\\x21-\\x7e]([\\x20-\\x7e]*[\\x21-\\x7e])?"),
            "x");
    public static final TextForm LABEL_KEY = new TextForm(
            "a label key",
            253 + 1 + 63,
            Pattern.compile("([a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?/)?[A-Za-z0-9]([A-Za-z0-9._-]{0,61}[A-Za-z0-9])?"),
            "x");
    public static final TextForm LABEL_VALUE =
            new TextForm("a label value", 63, Pattern.compile("[A-Za-z0-9]([A-Za-z0-9._-]*[A-Za-z0-9])?"), "x");
    public static final TextForm DURATION =
            new TextForm("a duration as \"30s\", \"5m\" or \"1h\"", 10, Pattern.compile("[1-9][0-9]{0,5}[smh]"), "1s");
    public static final TextForm CODE =
            new TextForm("a code in UPPER_SNAKE", 100, Pattern.compile("[A-Z][A-Z0-9_]*"), "X");
    public static final TextForm SELECTOR = new TextForm(
            "a label selector such as \"team=shop,tier in (a,b)\"", 1000, Pattern.compile("[\\x20-\\x7e]+"), "x");

    boolean accepts(String text) {
        return pattern.matcher(text).matches();
    }
}
