package io.weft.upgrade.decision;

import io.weft.upgrade.decision.Observations.Agent;
import io.weft.upgrade.decision.Observations.ControlPlane;
import io.weft.upgrade.decision.Observations.ControlPlaneState;
import io.weft.upgrade.decision.Observations.MeshStatus;
import io.weft.upgrade.decision.Observations.Movement;
import io.weft.upgrade.decision.Observations.MovementState;
import io.weft.upgrade.decision.Observations.Probe;
import io.weft.upgrade.decision.Observations.ProbeRun;
import io.weft.upgrade.decision.Observations.ProbeVerdict;
import io.weft.upgrade.decision.Observations.Proof;
import io.weft.upgrade.decision.Observations.ProofState;
import io.weft.upgrade.decision.Observations.Proxy;
import io.weft.upgrade.decision.Observations.Serving;
import io.weft.upgrade.decision.Observations.Ungranted;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.UUID;
import java.util.random.RandomGenerator;

/**
 * A cluster with traffic, in which effects take time to come true. Everything random comes from one seed. A namespace is
 * a number of pods that restart one after the other; windows count what each revision answered.
 */
final class FakeMesh {
    static final int PODS = 4;

    /** How the new version behaves. */
    record Quality(
            double failureShare, double slowShare, boolean breaksProof, boolean stopsReporting, boolean rejects) {
        static final Quality GOOD = new Quality(0, 0, false, false, false);
    }

    private final Plan plan;
    private final RandomGenerator random;
    private final Quality quality;
    private final boolean busyCpu;
    final Map<String, Ns> namespaces = new TreeMap<>();
    final Map<String, ControlPlane> controlPlanes = new HashMap<>();
    final List<Command> commands = new ArrayList<>();
    final FakeTraffic traffic;
    final UUID probe = new UUID(7, 7);
    final UUID policy = new UUID(8, 8);
    private final List<ProbeRun> runs = new ArrayList<>();
    private boolean proofRequested;
    private Instant now;
    private Optional<Instant> controlPlaneAsked = Optional.empty();
    Optional<Ungranted> ungranted = Optional.empty();
    boolean controlPlaneBroken;
    /** The new control plane was ready and is not any more. */
    boolean controlPlaneDown;
    /** The cluster refuses what the new default brings. */
    boolean promotionRefused;

    Optional<Instant> agentLost = Optional.empty();
    Optional<Instant> telemetryEnds = Optional.empty();
    Duration telemetryLag = Duration.ZERO;
    Optional<Boolean> versionReached = Optional.empty();

    /** One namespace; {@code moved} of its pods run {@code wanted}. */
    static final class Ns {
        String former;
        String wanted;
        int moved = PODS;
        boolean paused;
        /** Something keeps its pods from being replaced. */
        boolean blocked;
        /** As in the placement; the mover does nothing after it. */
        Optional<Instant> deadline = Optional.empty();

        Optional<Instant> firstRestart = Optional.empty();
        Optional<Instant> lastReady = Optional.empty();
        Instant reported;

        Ns(String revision, Instant reported) {
            this.former = revision;
            this.wanted = revision;
            this.reported = reported;
        }

        double shareOn(String revision) {
            double onWanted = (double) moved / PODS;
            if (former.equals(wanted)) {
                return wanted.equals(revision) ? 1 : 0;
            }
            return wanted.equals(revision) ? onWanted : former.equals(revision) ? 1 - onWanted : 0;
        }

        boolean settled() {
            return moved == PODS;
        }

        MovementState state(Instant now) {
            if (settled()) {
                return MovementState.MOVED;
            }
            return overdue(now) ? MovementState.FAILED : MovementState.RESTARTING;
        }

        boolean overdue(Instant now) {
            return deadline.filter(now::isAfter).isPresent();
        }
    }

    FakeMesh(Plan plan, RandomGenerator random, Quality quality, boolean busyCpu, Instant start) {
        this.plan = plan;
        this.random = random;
        this.quality = quality;
        this.busyCpu = busyCpu;
        this.now = start;
        this.traffic = new FakeTraffic(random, plan.to().revision());
        controlPlanes.put(
                plan.from().revision(), new ControlPlane(plan.from().version(), ControlPlaneState.READY, "", true));
        for (Plan.PlannedWave wave : plan.waves()) {
            wave.namespaces()
                    .forEach(name -> namespaces.put(name, new Ns(plan.from().revision(), start)));
        }
    }

    Instant now() {
        return now;
    }

    Ns namespace(String name) {
        Ns namespace = namespaces.get(name);
        if (namespace == null) {
            throw new IllegalArgumentException("no namespace " + name);
        }
        return namespace;
    }

    /** Lets time pass and everything converge one step. */
    void pass(int seconds) {
        for (int second = 0; second < seconds; second++) {
            now = now.plusSeconds(1);
            if (now.getEpochSecond() % 10 == 0) {
                countWindow(now.minusSeconds(10));
            }
            if (agentLost.isEmpty() && now.getEpochSecond() % 2 == 0) {
                namespaces.values().forEach(this::restartOnePod);
                becomeReady();
            }
            if (proofRequested && now.getEpochSecond() % 7 == 0 && agentLost.isEmpty()) {
                runProbe();
            }
        }
    }

    /** The clock of everybody is set forward: nothing happened meanwhile. */
    void jump(Duration by) {
        now = now.plus(by);
    }

    private void becomeReady() {
        String revision = plan.to().revision();
        if (controlPlaneAsked
                        .filter(asked -> asked.plusSeconds(8).isBefore(now))
                        .isPresent()
                && !controlPlaneBroken) {
            controlPlanes.computeIfPresent(
                    revision,
                    (_, seen) -> seen.state() == ControlPlaneState.INSTALLING
                            ? new ControlPlane(seen.version(), ControlPlaneState.READY, "", seen.isDefault())
                            : seen);
        }
    }

    private void restartOnePod(Ns namespace) {
        if (namespace.settled() || namespace.paused || namespace.blocked || namespace.overdue(now)) {
            return;
        }
        namespace.firstRestart = Optional.of(namespace.firstRestart.orElse(now));
        namespace.moved++;
        namespace.lastReady = Optional.of(now);
        namespace.reported = now;
    }

    private void runProbe() {
        boolean anyNew = namespaces.values().stream()
                .anyMatch(namespace -> namespace.shareOn(plan.to().revision()) > 0);
        boolean failed = quality.breaksProof() && anyNew;
        runs.addFirst(new ProbeRun(failed ? ProbeVerdict.FAILED : ProbeVerdict.PASSED, "seen", now));
        proofRequested = false;
    }

    private void countWindow(Instant start) {
        namespaces.forEach((name, namespace) -> {
            double share = namespace.shareOn(plan.to().revision());
            boolean settling = busyCpu
                    && namespace
                            .lastReady
                            .filter(ready -> ready.plusSeconds(15).isAfter(start))
                            .isPresent();
            traffic.count(name, start, share, quality, settling, busyCpu);
        });
    }

    void apply(List<Effect> effects) {
        for (Effect effect : effects) {
            switch (effect) {
                case Effect.InstallControlPlane install -> {
                    controlPlanes.putIfAbsent(
                            install.revision().revision(),
                            new ControlPlane(install.revision().version(), ControlPlaneState.INSTALLING, "", false));
                    controlPlaneAsked = Optional.of(now);
                }
                case Effect.RemoveControlPlane remove -> controlPlanes.remove(remove.revision());
                case Effect.Place place -> {
                    place.namespaces().forEach(name -> place(name, place));
                    // The layer changed, so the agent reports every namespace once more, with its former times.
                    namespaces.values().forEach(namespace -> namespace.reported = now);
                }
                case Effect.LiftDeadlines _ ->
                    namespaces.values().forEach(namespace -> namespace.deadline = Optional.empty());
                case Effect.MakeDefault change ->
                    controlPlanes.replaceAll((revision, seen) -> new ControlPlane(
                            seen.version(), seen.state(), seen.reason(), revision.equals(change.revision())));
                case Effect.RequestProbeRuns _ -> proofRequested = true;
                case Effect.SetVersionReached reached -> versionReached = Optional.of(reached.reached());
            }
        }
    }

    private void place(String name, Effect.Place place) {
        Ns namespace = namespace(name);
        namespace.paused = place.paused();
        namespace.deadline = place.deadline();
        if (!namespace.wanted.equals(place.revision())) {
            namespace.former = namespace.wanted;
            namespace.wanted = place.revision();
            namespace.moved = PODS - namespace.moved;
            namespace.firstRestart = Optional.empty();
            namespace.lastReady = Optional.empty();
            namespace.reported = now;
        }
    }

    void command(Command.Kind kind) {
        commands.add(new Command(new UUID(1, commands.size()), kind, "because", "key_1", now));
    }

    Observations seen(State state) {
        Map<String, String> placements = new TreeMap<>();
        Map<String, Movement> movements = new TreeMap<>();
        namespaces.forEach((name, namespace) -> {
            placements.put(name, namespace.wanted);
            movements.put(
                    name,
                    new Movement(
                            namespace.wanted,
                            namespace.state(now),
                            namespace.state(now) == MovementState.FAILED ? "DeadlineExceeded" : "",
                            "",
                            namespace.firstRestart,
                            namespace.lastReady,
                            namespace.reported));
        });
        Observations seen = new Observations(
                true,
                List.of(),
                ungranted,
                Map.of(),
                new Agent(
                        agentLost.isEmpty(),
                        Optional.of(agentLost.orElse(now)),
                        agentLost,
                        agentLost.isEmpty() && !promotionRefused,
                        agentLost.isEmpty() && !promotionRefused),
                controlPlanes,
                placements,
                movements,
                meshStatus(),
                List.of(proof()),
                List.copyOf(commands),
                Telemetry.NONE);
        Instant last = agentLost.orElse(now).isBefore(telemetryEnds.orElse(Instant.MAX))
                ? agentLost.orElse(now)
                : telemetryEnds.orElse(now);
        Instant through = TrafficRanges.floor(last.minus(telemetryLag));
        return seen.withTelemetry(
                traffic.answer(TrafficRanges.of(plan, state, seen, through), through, plan.minRequests()));
    }

    private Proof proof() {
        ProofState state = !runs.isEmpty() && runs.getFirst().verdict() == ProbeVerdict.FAILED
                ? ProofState.NOT_ENFORCED
                : ProofState.ENFORCED;
        return new Proof(
                policy,
                "allow-web",
                "istio/1.26/sidecar",
                3,
                state,
                "observed 200",
                new TreeSet<>(namespaces.keySet()),
                Optional.of(new Probe(probe, runs)));
    }

    private MeshStatus meshStatus() {
        List<Proxy> proxies = new ArrayList<>();
        namespaces.forEach((name, namespace) -> {
            for (int pod = 0; pod < PODS; pod++) {
                String revision = pod < namespace.moved ? namespace.wanted : namespace.former;
                proxies.add(new Proxy(name, "web-" + pod, revision, true));
            }
        });
        Map<String, Serving> serving = new HashMap<>();
        controlPlanes.forEach((revision, controlPlane) -> {
            long connected = proxies.stream()
                    .filter(proxy -> proxy.revision().equals(revision))
                    .count();
            boolean rejects = quality.rejects() && revision.equals(plan.to().revision()) && connected > 0;
            serving.put(revision, new Serving(isUp(revision, controlPlane), connected, 0, rejects ? 1 : 0, ""));
        });
        return new MeshStatus(Optional.of(agentLost.orElse(now)), false, serving, proxies);
    }

    private boolean isUp(String revision, ControlPlane controlPlane) {
        boolean down = controlPlaneDown && revision.equals(plan.to().revision());
        return !down && controlPlane.state() != ControlPlaneState.INSTALLING;
    }

    String defaultRevision() {
        return controlPlanes.entrySet().stream()
                .filter(entry -> entry.getValue().isDefault())
                .map(Map.Entry::getKey)
                .findFirst()
                .orElse("");
    }

    boolean everythingOn(String revision) {
        return namespaces.values().stream().allMatch(namespace -> namespace.shareOn(revision) == 1);
    }

    RandomGenerator random() {
        return random;
    }
}
