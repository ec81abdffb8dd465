package io.weft.agent.plan;

import java.util.Map;

/** What the agent knows of the objects it applied. */
public record Observed(Map<ObjectKey, Seen> objects) {
    public static final Observed NOTHING = new Observed(Map.of());

    /**
     * One object as last applied and last seen.
     *
     * @param digest of the body that was applied
     * @param intact false when somebody deleted the object or changed a field that Weft owns
     */
    public record Seen(String digest, boolean intact) {}

    public Observed {
        objects = Map.copyOf(objects);
    }
}
