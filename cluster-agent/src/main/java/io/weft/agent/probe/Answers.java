package io.weft.agent.probe;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/**
 * What one side's calls came back with: "200", "200 v2" (status and the header asked for), "reset", "timeout",
 * "connectFailed", "dns", "error"; each with its count. Empty = the side could not ask.
 */
record Answers(Map<String, Integer> counts, String trouble) {
    private static final List<Integer> NOT_OF_THE_APPLICATION = List.of(403, 502, 503, 504);

    Answers {
        counts = Map.copyOf(counts);
    }

    static Answers of(Map<String, Integer> counts) {
        return new Answers(counts, "");
    }

    /** The side could not ask at all. */
    static Answers none(String trouble) {
        return new Answers(Map.of(), trouble);
    }

    /** True when there are answers, and all are so. */
    boolean all(Predicate<String> answer) {
        return !counts.isEmpty() && counts.keySet().stream().allMatch(answer);
    }

    boolean any(Predicate<String> answer) {
        return counts.keySet().stream().anyMatch(answer);
    }

    /** An answer of the application itself: any status but those that proxies give. */
    static boolean served(String answer) {
        int status = status(answer);
        return status > 0 && !NOT_OF_THE_APPLICATION.contains(status);
    }

    /** HTTP status, 0 where no HTTP answer came. */
    static int status(String answer) {
        return answer.length() >= 3 && answer.substring(0, 3).chars().allMatch(Character::isDigit)
                ? Integer.parseInt(answer.substring(0, 3))
                : 0;
    }

    /** The header's value behind the status, "" where there is none. */
    static String header(String answer) {
        return answer.length() > 4 ? answer.substring(4) : "";
    }

    @Override
    public String toString() {
        return counts.isEmpty()
                ? "could not ask: " + trouble
                : new TreeMap<>(counts)
                        .entrySet().stream()
                                .map(entry -> entry.getValue() + " x " + entry.getKey())
                                .collect(Collectors.joining(", "));
    }
}
