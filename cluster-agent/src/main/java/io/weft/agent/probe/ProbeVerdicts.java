package io.weft.agent.probe;

/**
 * Verdicts. A refusal counts only beside a positive control of the same run, and only when the opposite answer was seen
 * once before the policy's objects were applied (D18); all else is inconclusive, with its reason. Pure.
 */
final class ProbeVerdicts {
    /** What one run asked and got; {@code refused} is the side that must not get through, or the requests with the header. */
    record Run(ProbeSpec.Kind kind, String expectValue, Answers refused, Answers control) {}

    /** D1's verdict, and why. */
    record Verdict(Result result, String reason) {
        boolean passed() {
            return result == Result.PASSED;
        }

        /** Of a run before the policy: the answer showed that the policy will have to prevent. */
        boolean oppositeSeen() {
            return result == Result.FAILED;
        }
    }

    enum Result {
        PASSED,
        FAILED,
        INCONCLUSIVE;

        String text() {
            return name().toLowerCase(java.util.Locale.ROOT);
        }
    }

    private ProbeVerdicts() {}

    /**
     * Before the policy the expected answer must fail to come: {@code failed} is the opposite answer that a proof needs,
     * {@code passed} says that something else refuses already.
     */
    static Verdict before(Run run) {
        if (oppositeShown(run)) {
            return new Verdict(Result.FAILED, "OppositeSeen");
        }
        return effectShown(run)
                ? new Verdict(Result.PASSED, "OppositeNotSeen")
                : new Verdict(
                        Result.INCONCLUSIVE, run.refused().counts().isEmpty() ? "ProbeDidNotRun" : "UnclearAnswer");
    }

    /** With the policy in place. */
    static Verdict after(Run run, boolean oppositeSeen) {
        if (oppositeShown(run)) {
            return new Verdict(Result.FAILED, "NotEnforced"); // whatever became of the control
        }
        if (run.refused().counts().isEmpty() || run.control().counts().isEmpty()) {
            return new Verdict(Result.INCONCLUSIVE, "ProbeDidNotRun");
        }
        if (!run.control().all(Answers::served)) {
            return new Verdict(Result.INCONCLUSIVE, "ControlFailed");
        }
        if (!effectShown(run)) {
            return new Verdict(Result.INCONCLUSIVE, "UnclearAnswer");
        }
        if (!controlDiffers(run)) {
            return new Verdict(Result.INCONCLUSIVE, "ControlNotDifferent");
        }
        return oppositeSeen ? new Verdict(Result.PASSED, "") : new Verdict(Result.INCONCLUSIVE, "OppositeNotSeen");
    }

    /** At least one answer that the policy, were it in force, would not have allowed. */
    private static boolean oppositeShown(Run run) {
        return switch (run.kind()) {
            case PLAINTEXT_REFUSED -> run.refused().any(answer -> Answers.status(answer) > 0);
            case CALLER_REFUSED -> run.refused().any(Answers::served);
            case HEADER_ROUTE_LANDS ->
                run.refused()
                        .any(answer ->
                                Answers.served(answer) && !run.expectValue().equals(Answers.header(answer)));
        };
    }

    /** A route shows only where requests without the header reach something else, too. */
    private static boolean controlDiffers(Run run) {
        return run.kind() != ProbeSpec.Kind.HEADER_ROUTE_LANDS
                || run.control().any(answer -> !run.expectValue().equals(Answers.header(answer)));
    }

    /** Every answer is the one that the policy makes. */
    private static boolean effectShown(Run run) {
        return switch (run.kind()) {
            case PLAINTEXT_REFUSED -> run.refused().all("reset"::equals);
            case CALLER_REFUSED -> run.refused().all(answer -> Answers.status(answer) == 403);
            case HEADER_ROUTE_LANDS ->
                run.refused()
                        .all(answer ->
                                Answers.served(answer) && run.expectValue().equals(Answers.header(answer)));
        };
    }
}
