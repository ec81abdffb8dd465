package io.weft.model.policy;

/** Whether a write reaches one cluster first. */
public enum Delivery {
    CANARY_FIRST("canaryFirst"),
    IMMEDIATE("immediate");

    private final String word;

    Delivery(String word) {
        this.word = word;
    }

    public String word() {
        return word;
    }
}
