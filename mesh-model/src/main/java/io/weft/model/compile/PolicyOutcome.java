package io.weft.model.compile;

import io.weft.model.manifest.ObjectKey;
import java.util.List;

/** What became of one policy. */
public sealed interface PolicyOutcome {

    /** Compiled; {@code objects} say the policy in the cluster and are empty while nothing it names is there. */
    record Ready(List<ObjectKey> objects, List<Loss> losses, List<Report> reports) implements PolicyOutcome {
        public Ready {
            objects = List.copyOf(objects);
            losses = List.copyOf(losses);
            reports = List.copyOf(reports);
        }
    }

    /**
     * Not compiled; what was compiled of it before stays.
     *
     * @param code POLICY_NOT_EXPRESSIBLE or CONFLICTING_POLICY
     * @param capability the capability that is missing, or the kind
     */
    record Refused(String capabilityClass, String code, String capability, String reason) implements PolicyOutcome {}
}
