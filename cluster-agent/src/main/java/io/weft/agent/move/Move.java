package io.weft.agent.move;

import io.weft.agent.move.NamespaceSeen.Workload;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.stream.Collectors;

/**
 * What to do next to bring a namespace to its revision, and how to report it. Pure and level-triggered: killed anywhere, the
 * next look at label, template and pods continues the move.
 *
 * @param relabel true = patch the namespace's label now
 * @param restarts workloads whose template is to be given the revision now
 */
record Move(boolean relabel, List<Workload> restarts, State state, String reason, String message) {
    private static final Duration RESTART_AGAIN_AFTER = Duration.ofSeconds(60);

    enum State {
        WAITING,
        LABELLED,
        RESTARTING,
        MOVED,
        HELD,
        FAILED;

        String text() {
            return name().toLowerCase(java.util.Locale.ROOT);
        }
    }

    Move {
        restarts = List.copyOf(restarts);
    }

    /**
     * @param elsewhere workloads that are under way in other namespaces: the limit of a wave is over all of them
     */
    static Move decide(PlacementSpec spec, NamespaceSeen seen, boolean revisionReady, int elsewhere, Instant now) {
        boolean labelled = spec.value().equals(seen.labels().get(spec.label()))
                && spec.removeLabels().stream().noneMatch(seen.labels()::containsKey);
        List<Workload> open =
                seen.workloads().stream().filter(workload -> !workload.done()).toList();
        if (labelled && open.isEmpty()) {
            return new Move(false, List.of(), State.MOVED, "", skipped(seen));
        }
        if (now.isAfter(spec.deadline())) {
            boolean restore = !labelled && revisionReady && spec.value().equals(seen.placed());
            return new Move(restore, List.of(), State.FAILED, "DeadlineExceeded", unfinished(open, labelled));
        }
        if (!revisionReady) {
            return new Move(
                    false,
                    List.of(),
                    State.WAITING,
                    "RevisionNotReady",
                    "layer " + spec.requires() + " is not in place yet");
        }
        if (spec.paused()) {
            return new Move(false, List.of(), State.HELD, "Paused", unfinished(open, labelled));
        }
        return labelled ? restart(spec, open, elsewhere, now) : new Move(true, List.of(), State.LABELLED, "", "");
    }

    /** Workloads that are on their way to the revision, for as long as the placement moves anything. */
    static int underway(PlacementSpec spec, NamespaceSeen seen, Instant now) {
        return now.isAfter(spec.deadline())
                ? 0
                : (int) seen.workloads().stream()
                        .filter(workload -> !workload.done() && isUnderway(spec, workload, now))
                        .count();
    }

    private static Move restart(PlacementSpec spec, List<Workload> open, int elsewhere, Instant now) {
        List<Workload> underway = open.stream()
                .filter(workload -> isUnderway(spec, workload, now))
                .toList();
        List<Workload> candidates = open.stream()
                .filter(workload -> !isUnderway(spec, workload, now))
                .toList();
        List<Workload> allowed = candidates.stream().filter(Move::mayRestart).toList();
        List<Workload> restarts = allowed.stream()
                .limit(Math.max(0, spec.maxParallelWorkloads() - underway.size() - elsewhere))
                .toList();
        if (underway.isEmpty() && allowed.isEmpty()) {
            String blocked = candidates.stream()
                    .map(workload -> workload + ": " + workload.blockedBy())
                    .collect(Collectors.joining("; "));
            return new Move(false, List.of(), State.HELD, "DisruptionsNotAllowed", blocked);
        }
        return new Move(false, restarts, State.RESTARTING, "", unfinished(open, true));
    }

    /** Its template has the revision, or all its pods do and only have to become ready: a restart would bring nothing. */
    private static boolean isUnderway(PlacementSpec spec, Workload workload, Instant now) {
        return (workload.placed().equals(spec.value()) && !isAstray(workload, now)) || workload.remaining() == 0;
    }

    /** Its newest pods were made while the label was another one, or no injector answered: they stay as they are. */
    private static boolean isAstray(Workload workload, Instant now) {
        return workload.astray().isAfter(Instant.EPOCH)
                && workload.astray().plus(RESTART_AGAIN_AFTER).isBefore(now);
    }

    /** A budget speaks for healthy pods: where none would be replaced (the way back from pods that never came up) it is silent. */
    private static boolean mayRestart(Workload workload) {
        return workload.blockedBy().isEmpty() || workload.readyElsewhere() == 0;
    }

    private static String unfinished(List<Workload> open, boolean labelled) {
        String workloads = open.stream()
                .limit(5)
                .map(workload -> workload + ": " + workload.ready() + " of " + workload.desired() + " ready, "
                        + workload.remaining() + " on another revision"
                        + (workload.waiting().isEmpty() ? "" : ", " + workload.waiting()))
                .collect(Collectors.joining("; "));
        return labelled ? workloads : "the namespace's label is not set; " + workloads;
    }

    private static String skipped(NamespaceSeen seen) {
        return seen.workloads().stream()
                .filter(workload -> !workload.without().isEmpty())
                .map(workload -> workload + " is left alone: " + workload.without())
                .collect(Collectors.joining("; "));
    }
}
