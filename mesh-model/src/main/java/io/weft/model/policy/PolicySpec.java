package io.weft.model.policy;

import java.util.List;

/**
 * A valid policy.
 *
 * @param acceptedLosses codes of losses the author takes
 */
public record PolicySpec(
        Target target, PolicyRules rules, Proof proof, List<String> acceptedLosses, Delivery delivery) {
    public PolicySpec {
        acceptedLosses = List.copyOf(acceptedLosses);
    }

    public PolicyKind kind() {
        return rules.kind();
    }
}
