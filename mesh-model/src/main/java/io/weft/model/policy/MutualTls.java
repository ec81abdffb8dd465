package io.weft.model.policy;

import io.weft.model.input.Fields;
import java.util.Set;

/** Whether a server still takes plaintext. */
public record MutualTls(Mode mode) implements PolicyRules {

    /** STRICT refuses plaintext, PERMISSIVE takes it as well. */
    public enum Mode {
        STRICT,
        PERMISSIVE
    }

    static MutualTls read(Fields fields) {
        String mode = fields.only(Set.of("mode")).word("mode", Set.of("strict", "permissive"), null);
        return new MutualTls("strict".equals(mode) ? Mode.STRICT : Mode.PERMISSIVE);
    }

    @Override
    public PolicyKind kind() {
        return PolicyKind.MUTUAL_TLS;
    }
}
