package io.weft.model.capability;

import io.weft.model.policy.PolicyKind;
import java.util.List;

/**
 * A cell of the capability matrix.
 *
 * @param support native partial none
 * @param resources kinds of objects that say it
 * @param rules numbers of the compiler rules that bind it
 */
public record Capability(PolicyKind kind, String support, List<String> resources, List<String> rules) {
    public Capability {
        resources = List.copyOf(resources);
        rules = List.copyOf(rules);
    }
}
