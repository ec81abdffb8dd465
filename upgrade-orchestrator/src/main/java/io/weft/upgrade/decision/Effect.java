package io.weft.upgrade.decision;

import java.time.Instant;
import java.util.Optional;
import java.util.SortedSet;
import java.util.UUID;

/** A change that belongs to a decision, as data; committed together with it or not at all. */
public sealed interface Effect {
    /** The revision belongs into the desired state beside the others. */
    record InstallControlPlane(MeshRevision revision) implements Effect {}

    /** The revision leaves the desired state; its objects are pruned. */
    record RemoveControlPlane(String revision) implements Effect {}

    /** Namespaces run the revision, or are on their way to it. */
    record Place(
            SortedSet<String> namespaces,
            String revision,
            int maxParallelWorkloads,
            boolean paused,
            Optional<Instant> deadline)
            implements Effect {}

    /** No placement of the installation has a deadline any more: the mover restores what is changed by hand later. */
    record LiftDeadlines() implements Effect {}

    /** What exists once per cluster follows {@code revision}; {@code former} only serves what still uses it. */
    record MakeDefault(String revision, String former) implements Effect {}

    record RequestProbeRuns(SortedSet<UUID> probes) implements Effect {}

    /** Condition VersionReached of the mesh; its desired version is never touched (D10). */
    record SetVersionReached(boolean reached, String reason, String message) implements Effect {}
}
