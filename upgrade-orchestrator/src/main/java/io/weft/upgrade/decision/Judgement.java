package io.weft.upgrade.decision;

import java.time.Instant;
import java.util.Optional;

/**
 * One gate's verdict over one window.
 *
 * @param before the compared share before the move, after: since it; empty where the gate compares no shares
 * @param requests requests behind {@code after}
 */
public record Judgement(
        String gate,
        GateVerdict verdict,
        Reason reason,
        Instant windowStart,
        Optional<Double> before,
        Optional<Double> after,
        long requests,
        String message) {

    static Judgement withoutFigures(String gate, GateVerdict verdict, Reason reason, Instant window, String message) {
        return new Judgement(gate, verdict, reason, window, Optional.empty(), Optional.empty(), 0, message);
    }

    boolean failed() {
        return verdict == GateVerdict.FAIL;
    }

    boolean passed() {
        return verdict == GateVerdict.PASS;
    }
}
