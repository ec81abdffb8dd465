package io.weft.upgrade.decision;

/** What made a rollout go back. {@code gate} is empty when no gate did. */
public record Failure(Reason reason, String gate, String message) {
    static Failure of(Reason reason, String message) {
        return new Failure(reason, "", message);
    }

    static Failure of(Judgement judgement) {
        return new Failure(judgement.reason(), judgement.gate(), judgement.message());
    }
}
