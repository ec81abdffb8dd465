package io.weft.api.http;

import io.weft.kit.problem.Problem;
import io.weft.kit.problem.ProblemType;
import io.weft.model.facts.LabelSelector;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A label selector as a condition on the column {@code labels}, so that pages stay full.
 *
 * @param condition empty, or {@code AND ...} with one marker per value
 */
public record SelectorSql(String condition, List<Object> values) {
    public SelectorSql {
        values = List.copyOf(values);
    }

    /** Reads the parameter {@code labelSelector}; everything when it is absent. */
    public static SelectorSql of(@Nullable String text) {
        if (text == null || text.isBlank()) {
            return new SelectorSql("", List.of());
        }
        LabelSelector selector = LabelSelector.parse(text)
                .orElseThrow(
                        () -> Problem.of(
                                ProblemType.PARAMETER_INVALID,
                                "labelSelector must be a selector in Kubernetes' syntax, such as region=eu,tier in (dev,test)"));
        StringBuilder condition = new StringBuilder();
        List<Object> values = new ArrayList<>();
        for (LabelSelector.Requirement requirement : selector.requirements()) {
            condition.append(" AND ").append(requirement.negated() ? "NOT " : "");
            values.add(requirement.key());
            if (requirement.presenceOnly()) {
                condition.append("(labels ?? ?)");
            } else {
                condition.append("COALESCE(labels ->> ? = ANY (?), false)");
                values.add(requirement.values());
            }
        }
        return new SelectorSql(condition.toString(), values);
    }

    /** The values of a page query: position, then this selector's, then the limit. */
    public @Nullable Object[] between(@Nullable Object... positionAndLimit) {
        List<@Nullable Object> all = new ArrayList<>();
        for (int i = 0; i < positionAndLimit.length - 1; i++) {
            all.add(positionAndLimit[i]);
        }
        all.addAll(values);
        all.add(positionAndLimit[positionAndLimit.length - 1]);
        return all.toArray();
    }
}
