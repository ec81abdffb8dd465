package io.weft.agent.check;

/** One look at a check; {@code seen} says in one line what there was to see. */
public sealed interface CheckResult {
    record Passed() implements CheckResult {}

    /** Not yet; it may still pass. */
    record Waiting(String seen) implements CheckResult {}

    /** It cannot pass any more. */
    record Failed(String seen) implements CheckResult {}

    Passed PASSED = new Passed();

    /** Passed, or waiting with what was seen. */
    static CheckResult when(boolean passed, String seen) {
        return passed ? PASSED : new Waiting(seen);
    }
}
