package io.weft.upgrade.delivery;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.UUID;
import java.util.stream.Collectors;

/**
 * Which targets get a policy's newest generation now. Pure. Per capability class one connected cluster comes first; the
 * rest follow when it has applied it, or after five seconds; a rejection stops it.
 *
 * @param deliver targets that are due now
 * @param stopped targets that are held back, each with the reason for people
 * @param lookAgain empty when nothing is left to decide for this generation
 */
record Delivery(List<Target> deliver, Map<Target, String> stopped, Optional<Instant> lookAgain) {
    static final Duration PATIENCE = Duration.ofSeconds(5);
    static final Duration LOOK_AGAIN = Duration.ofSeconds(1);
    /** So many clusters are tried as the first one before the rest get it by time. */
    static final int MAX_TRIED = 3;

    /**
     * A policy in one installation.
     *
     * @param connected its cluster's agent is connected
     */
    record Target(
            UUID installation,
            UUID cluster,
            String capabilityClass,
            boolean connected,
            long deliveredGeneration,
            long compiledGeneration,
            long appliedGeneration,
            boolean rejected,
            String message) {}

    /**
     * What is due now.
     *
     * @param written when the generation was written
     */
    static Delivery of(List<Target> targets, long generation, boolean immediate, Instant written, Instant now) {
        List<Target> deliver = new ArrayList<>();
        Map<Target, String> stopped = new LinkedHashMap<>();
        boolean undecided = false;
        Map<String, List<Target>> classes = targets.stream()
                .collect(Collectors.groupingBy(Target::capabilityClass, TreeMap::new, Collectors.toList()));
        for (List<Target> members : classes.values()) {
            OneClass one = new OneClass(members, generation);
            Optional<Target> rejecting = immediate ? Optional.empty() : one.rejecting();
            if (rejecting.isPresent()) {
                String why = "generation " + generation + " was rejected by the first cluster of its class ("
                        + rejecting.get().message() + "); write the policy again to deliver it";
                one.rest().forEach(target -> stopped.put(target, why));
                continue;
            }
            List<Target> due = immediate || !now.isBefore(written.plus(PATIENCE)) ? one.rest() : one.due();
            deliver.addAll(due);
            undecided |= due.size() < one.rest().size();
        }
        Instant next = now.plus(LOOK_AGAIN);
        Instant latest = written.plus(PATIENCE);
        return new Delivery(
                List.copyOf(deliver),
                stopped,
                undecided ? Optional.of(next.isBefore(latest) ? next : latest) : Optional.empty());
    }

    private record OneClass(List<Target> delivered, List<Target> rest, long generation) {
        OneClass(List<Target> members, long generation) {
            this(
                    members.stream()
                            .filter(target -> target.deliveredGeneration() >= generation)
                            .toList(),
                    members.stream()
                            .filter(target -> target.deliveredGeneration() < generation)
                            .sorted(Comparator.comparing(Target::installation))
                            .toList(),
                    generation);
        }

        Optional<Target> rejecting() {
            return rest.isEmpty()
                    ? Optional.empty()
                    : delivered.stream()
                            .filter(target -> target.rejected() && target.compiledGeneration() >= generation)
                            .findFirst();
        }

        /** Before the patience ends. */
        List<Target> due() {
            if (delivered.stream().anyMatch(target -> target.appliedGeneration() >= generation)) {
                return rest;
            }
            if (delivered.stream().anyMatch(Target::connected)) {
                return List.of();
            }
            Optional<Target> next = rest.stream().filter(Target::connected).findFirst();
            if (next.isEmpty()) {
                return rest; // nobody is connected: each gets it on connecting
            }
            return delivered.size() < MAX_TRIED ? List.of(next.get()) : List.of();
        }
    }
}
