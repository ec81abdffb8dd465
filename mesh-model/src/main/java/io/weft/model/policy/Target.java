package io.weft.model.policy;

import io.weft.model.facts.LabelSelector;
import io.weft.model.input.Fields;
import io.weft.model.input.TextForm;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Where a policy holds.
 *
 * @param clusterSelector empty = every cluster of the organisation's meshes
 * @param services names in that namespace; empty = every workload of the namespace
 */
public record Target(Optional<LabelSelector> clusterSelector, String namespace, List<String> services) {

    public Target {
        services = services.stream().sorted().toList();
    }

    static Target read(Fields fields) {
        fields.only(Set.of("clusterSelector", "namespace", "services"));
        String selector = fields.optionalText("clusterSelector", TextForm.SELECTOR);
        Optional<LabelSelector> parsed = Optional.ofNullable(selector).flatMap(LabelSelector::parse);
        if (selector != null && parsed.isEmpty()) {
            fields.violate("clusterSelector", "MALFORMED", "Give " + TextForm.SELECTOR.description());
        }
        return new Target(
                parsed, fields.text("namespace", TextForm.DNS_LABEL), fields.texts("services", 0, TextForm.DNS_LABEL));
    }
}
