package io.weft.upgrade.decision;

import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedSet;
import java.util.UUID;

/**
 * What was read in one transaction.
 *
 * @param releaseImported the target version's release is in the catalogue
 * @param missingPermissions what the target needs and the agent lacks, for people
 * @param ungranted rights that the target's release needs and none of the cluster's releases brought; read before the
 *     start only
 * @param rejections messages of the agent's last refusals, by layer name
 * @param controlPlanes by revision, those of the installation
 * @param placements namespace to revision, all of the installation
 * @param movements by namespace
 */
public record Observations(
        boolean releaseImported,
        List<String> missingPermissions,
        Optional<Ungranted> ungranted,
        Map<String, String> rejections,
        Agent agent,
        Map<String, ControlPlane> controlPlanes,
        Map<String, String> placements,
        Map<String, Movement> movements,
        MeshStatus meshStatus,
        List<Proof> proofs,
        List<Command> commands,
        Telemetry telemetry) {

    public Observations {
        missingPermissions = List.copyOf(missingPermissions);
        rejections = Map.copyOf(rejections);
        controlPlanes = Map.copyOf(controlPlanes);
        placements = Map.copyOf(placements);
        movements = Map.copyOf(movements);
        proofs = List.copyOf(proofs);
        commands = List.copyOf(commands);
    }

    /**
     * What installing a release takes and the agent was not given.
     *
     * @param release as a cluster's specification names it: {@code istio-1.27.0}
     * @param rights for people
     */
    public record Ungranted(String release, List<String> rights) {
        public Ungranted {
            rights = List.copyOf(rights);
        }
    }

    /**
     * The cluster's agent and its stream.
     *
     * @param applied the agent has applied everything that was asked for
     * @param controlPlanesApplied the control planes' layers of what was asked for, whatever else is still under way
     */
    public record Agent(
            boolean connected,
            Optional<Instant> lastSeen,
            Optional<Instant> lost,
            boolean applied,
            boolean controlPlanesApplied) {
        /** Connected by name, but not heard of: its stream is about to be given up. */
        boolean silentFor(Duration limit, Instant now) {
            return !connected
                    || lastSeen.map(seen -> seen.isBefore(now.minus(limit))).orElse(false);
        }

        /** Away for at least {@code limit}; the hub ends the stream of a silent agent itself. */
        boolean awayFor(Duration limit, Instant now) {
            if (connected) {
                return false;
            }
            Instant latest = now.minus(limit);
            return lost.or(() -> lastSeen).map(since -> !since.isAfter(latest)).orElse(true);
        }
    }

    public record ControlPlane(String version, ControlPlaneState state, String reason, boolean isDefault) {}

    /** D1. */
    public enum ControlPlaneState {
        INSTALLING,
        READY,
        DRAINING,
        REMOVED,
        FAILED
    }

    /**
     * The agent's report of one namespace's move; the restart and ready times are of the agent's clock, like windows.
     *
     * @param reported when the hub received it
     */
    public record Movement(
            String revision,
            MovementState state,
            String reason,
            String message,
            Optional<Instant> firstRestart,
            Optional<Instant> lastReady,
            Instant reported) {}

    public enum MovementState {
        WAITING,
        LABELLED,
        RESTARTING,
        MOVED,
        HELD,
        FAILED
    }

    /**
     * What the control planes say of themselves and of their proxies.
     *
     * @param time when the agent read it; empty if it never did
     * @param truncated there are more proxies than {@code proxies} lists
     */
    public record MeshStatus(
            Optional<Instant> time, boolean truncated, Map<String, Serving> controlPlanes, List<Proxy> proxies) {
        public static final MeshStatus UNKNOWN = new MeshStatus(Optional.empty(), false, Map.of(), List.of());

        public MeshStatus {
            controlPlanes = Map.copyOf(controlPlanes);
            proxies = List.copyOf(proxies);
        }

        boolean freshWithin(Duration limit, Instant now) {
            return time.map(read -> !read.isBefore(now.minus(limit))).orElse(false);
        }

        Optional<Serving> serving(String revision) {
            return Optional.ofNullable(controlPlanes.get(revision));
        }

        /** For messages. */
        String lastRead() {
            return time.map(Object::toString).orElse("never");
        }

        long rejected(String revision) {
            return controlPlanes.getOrDefault(revision, Serving.NOTHING).rejected();
        }

        Collection<Proxy> of(Set<String> namespaces) {
            return proxies.stream()
                    .filter(proxy -> namespaces.contains(proxy.namespace()))
                    .toList();
        }

        Collection<Proxy> on(String revision) {
            return proxies.stream()
                    .filter(proxy -> proxy.revision().equals(revision))
                    .toList();
        }
    }

    /**
     * One control plane and the proxies that it serves.
     *
     * @param ready a pod of it is
     * @param problem why some of its pods could not be asked; empty when all were
     */
    public record Serving(boolean ready, long connected, long notSynced, long rejected, String problem) {
        static final Serving NOTHING = new Serving(false, 0, 0, 0, "");

        /** Of two parts of it. */
        public Serving plus(Serving other) {
            return new Serving(
                    ready || other.ready,
                    connected + other.connected,
                    notSynced + other.notSynced,
                    rejected + other.rejected,
                    problem.isEmpty() ? other.problem : problem);
        }
    }

    public record Proxy(String namespace, String pod, String revision, boolean synced) {}

    /**
     * A policy in one capability class of the installation and what is known of its being in force.
     *
     * @param generation the policy's revision that is due here
     * @param namespaces whose proxies it concerns
     */
    public record Proof(
            UUID policy,
            String policyName,
            String capabilityClass,
            long generation,
            ProofState state,
            String message,
            SortedSet<String> namespaces,
            Optional<Probe> probe) {}

    /** State of a policy target (D1). */
    public enum ProofState {
        PENDING,
        APPLIED,
        ENFORCED,
        NOT_ENFORCED,
        REFUSED,
        FAILED,
        OFFLINE
    }

    /**
     * A probe and its latest runs.
     *
     * @param runs newest first; only runs of the policy's due generation
     */
    public record Probe(UUID id, List<ProbeRun> runs) {
        public Probe {
            runs = List.copyOf(runs);
        }
    }

    public record ProbeRun(ProbeVerdict verdict, String message, Instant start) {}

    /** D1. */
    public enum ProbeVerdict {
        PASSED,
        FAILED,
        INCONCLUSIVE
    }

    public Observations withTelemetry(Telemetry seen) {
        return new Observations(
                releaseImported,
                missingPermissions,
                ungranted,
                rejections,
                agent,
                controlPlanes,
                placements,
                movements,
                meshStatus,
                proofs,
                commands,
                seen);
    }
}
