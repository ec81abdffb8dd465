package io.weft.upgrade.decision;

/** What happens now (D1), with a reason for programs and a message with figures for people. */
public sealed interface Decision {
    Reason reason();

    String message();

    default String name() {
        return switch (this) {
            case StartWave _ -> "StartWave";
            case Wait _ -> "Wait";
            case Promote _ -> "Promote";
            case Pause _ -> "Pause";
            case RollBack _ -> "RollBack";
            case Abort _ -> "Abort";
            case Complete _ -> "Complete";
        };
    }

    /**
     * A wave begins to move.
     *
     * @param wave position of the wave; {@link #CONTROL_PLANE} for the new control plane
     */
    record StartWave(int wave, Reason reason, String message) implements Decision {
        public static final int CONTROL_PLANE = -1;
    }

    record Wait(Reason reason, String message) implements Decision {}

    record Promote(Reason reason, String message) implements Decision {}

    record Pause(Reason reason, String message) implements Decision {}

    record RollBack(Reason reason, String message) implements Decision {}

    record Abort(Reason reason, String message) implements Decision {}

    record Complete(Reason reason, String message) implements Decision {}
}
