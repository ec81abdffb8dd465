package io.weft.upgrade.decision;

import java.time.Instant;

/** The rollout does not move on. The step under it stays, its deadlines are moved by the length of the hold. */
public record Hold(Kind kind, Reason reason, String message, Instant since) {
    public enum Kind {
        /** Ended by a command only. */
        PAUSED,
        /** Ended by its cause going away, or by a command. */
        STUCK
    }
}
