package io.weft.upgrade.decision;

/** Phase of a rollout (D1). */
public enum Phase {
    PLANNED,
    RUNNING,
    SOAKING,
    WAITING_APPROVAL,
    PAUSED,
    ROLLING_BACK,
    ROLLED_BACK,
    COMPLETED,
    ABORTED,
    STUCK;

    public boolean ended() {
        return this == ROLLED_BACK || this == COMPLETED || this == ABORTED;
    }
}
