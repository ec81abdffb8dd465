package io.weft.agent.plan;

/** One thing to do, or not to do, to one object. */
public sealed interface Change {
    ObjectKey key();

    /** Why an object is applied. */
    enum Why {
        /** Never applied by this process, or not yet there. */
        NEW,
        /** Another body than the one applied. */
        CHANGED,
        /** Deleted, or fields that Weft owns were changed by somebody. */
        DRIFTED
    }

    /** Why a tombstone does not remove its object now. */
    enum Held {
        /** CustomResourceDefinition, Namespace, PersistentVolumeClaim: never, data would go with them. */
        NEVER_PRUNED,
        /** The same version wants the object. */
        STILL_DESIRED,
        /** An object of the same kind is not applied yet; removing first could open a hole. */
        REPLACEMENT_PENDING
    }

    record Apply(ObjectKey key, String digest, Why why) implements Change {}

    record Prune(ObjectKey key) implements Change {}

    record Hold(ObjectKey key, Held why) implements Change {}
}
