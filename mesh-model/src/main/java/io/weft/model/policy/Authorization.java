package io.weft.model.policy;

import io.weft.model.input.Fields;
import io.weft.model.input.TextForm;
import java.util.List;
import java.util.Set;

/**
 * Who may call: everybody else is refused.
 *
 * @param allow never empty, so that a forgotten list cannot lock everybody out
 */
public record Authorization(List<ServiceAccountRef> allow) implements PolicyRules {

    public Authorization {
        allow = allow.stream().distinct().sorted().toList();
    }

    static Authorization read(Fields fields) {
        List<ServiceAccountRef> allow = fields.only(Set.of("allow")).objects("allow", 1, caller -> {
            String account = caller.only(Set.of("serviceAccount")).text("serviceAccount", TextForm.SERVICE_ACCOUNT);
            return ServiceAccountRef.parse(account);
        });
        return new Authorization(allow);
    }

    @Override
    public PolicyKind kind() {
        return PolicyKind.AUTHORIZATION;
    }
}
