package io.weft.upgrade.decision;

import java.time.Instant;
import java.util.UUID;

/** A person's order that no decision has taken yet. */
public record Command(UUID id, Kind kind, String reason, String author, Instant time) {
    /** D1. {@code ABORT} stops and leaves as is, {@code ROLL_BACK} restores. */
    public enum Kind {
        APPROVE,
        PAUSE,
        RESUME,
        ROLL_BACK,
        ABORT,
        COMPLETE
    }
}
