package io.weft.api.http;

import io.weft.kit.id.PublicId;
import io.weft.kit.problem.Problem;
import io.weft.kit.problem.ProblemType;
import java.util.Optional;
import java.util.UUID;

/** Names are unique per organisation and type. */
public final class Names {
    private Names() {}

    /** Refuses a name that another object has, naming that object. */
    public static void requireFree(Optional<UUID> holder, String prefix, String name) {
        holder.ifPresent(id -> {
            throw Problem.of(ProblemType.NAME_TAKEN, "The name " + name + " is taken: choose another one")
                    .with("existingId", PublicId.format(prefix, id));
        });
    }

    /** Like {@link #requireFree} for an object that may keep its own name. */
    public static void requireFreeFor(UUID self, Optional<UUID> holder, String prefix, String name) {
        requireFree(holder.filter(id -> !id.equals(self)), prefix, name);
    }
}
