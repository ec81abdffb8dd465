package io.weft.upgrade.decision;

import java.util.Locale;

/** Why a decision fell; {@link #code()} is what rows and answers carry. */
public enum Reason {
    // progress
    PRECHECK_PASSED,
    CONTROL_PLANE_INSTALLING,
    CONTROL_PLANE_SOAKING,
    CONTROL_PLANE_HELD,
    APPROVAL_REQUIRED,
    APPROVED,
    WAVE_MAY_START,
    WAVE_MOVING,
    MOVE_HELD,
    WAVE_SOAKING,
    GATES_PASSED,
    WAITING_FOR_EVIDENCE,
    WAITING_FOR_TRAFFIC,
    FINAL_SOAK,
    PROMOTION_NOT_APPLIED,
    OLD_REVISION_IN_USE,
    OLD_REVISION_UNUSED,
    ROLLING_BACK,
    ENDED,
    // obstacles
    RELEASE_NOT_IMPORTED,
    NOTHING_TO_MOVE,
    PERMISSION_MISSING,
    CONTROL_PLANE_FAILED,
    CONTROL_PLANE_DEADLINE,
    CONTROL_PLANE_NOT_READY,
    CONFIGURATION_REJECTED,
    MOVE_FAILED,
    MOVE_DEADLINE,
    SUCCESS_RATE_FELL,
    LATENCY_ROSE,
    PROXY_NOT_SYNCED,
    PROBE_FAILED,
    NO_DATA,
    LATE_DATA,
    DATA_RETURNED,
    TOO_FEW,
    AGENT_UNREACHABLE,
    AGENT_RETURNED,
    ROLLBACK_DEADLINE,
    ROLLED_BACK,
    // people
    COMMANDED,
    COMMAND_REFUSED;

    /** PascalCase. */
    public String code() {
        StringBuilder code = new StringBuilder();
        for (String word : name().split("_")) {
            code.append(word.charAt(0)).append(word.substring(1).toLowerCase(Locale.ROOT));
        }
        return code.toString();
    }
}
