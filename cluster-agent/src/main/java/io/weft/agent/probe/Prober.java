package io.weft.agent.probe;

import io.weft.agent.apply.DesiredState;
import io.weft.agent.apply.Document;
import io.weft.agent.apply.PolicyGate;
import io.weft.agent.inventory.Pods;
import io.weft.agent.kube.KubeApi;
import io.weft.agent.kube.KubeRefusal;
import io.weft.agent.loop.Loop;
import io.weft.agent.plan.ObjectKey;
import io.weft.agent.plan.Snapshot;
import io.weft.agent.report.Times;
import io.weft.agent.report.Uplink;
import io.weft.protocol.v1.AgentMessage;
import io.weft.protocol.v1.ProbeResult;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.stream.Collectors;
import org.jboss.logging.Logger;

/**
 * Decides when each probe runs: once before its policy's objects are applied, after every change of them, on its interval,
 * and when asked to. Holds the policy layer back for the first of these, never longer than a bound.
 */
public final class Prober implements PolicyGate, AutoCloseable {
    private static final Logger LOG = Logger.getLogger(Prober.class);
    /** From the moment at which a probe begins to ask. */
    private static final Duration LONGEST_HOLD = Duration.ofSeconds(60);
    /** Together with the wait for its turn: of many probes only a few ask at once. */
    private static final Duration LONGEST_WAIT = Duration.ofMinutes(5);

    private static final Duration ASK_AGAIN = Duration.ofSeconds(5);
    private static final Duration PROPAGATION = Duration.ofSeconds(20);
    private static final Duration LOOK = Duration.ofSeconds(1);
    private static final Duration CLEAN_UP = Duration.ofSeconds(30);
    private static final int AT_ONCE = 2;
    private static final int MAX_UNSENT = 100;

    /** What is known of one probe by this process. */
    private record Known(String provenSubject, Instant lastRun, long runRequest) {}

    /**
     * A policy waits for its question.
     *
     * @param began when the question was first asked; MAX = not yet
     * @param next when it may be asked again
     */
    private record Wait(Instant since, Instant began, Instant next) {
        boolean isOver(Instant now) {
            return since.plus(LONGEST_WAIT).isBefore(now)
                    || (began.isBefore(Instant.MAX) && began.plus(LONGEST_HOLD).isBefore(now));
        }

        Wait asked(Instant now) {
            return new Wait(since, began.isBefore(now) ? began : now, now.plus(ASK_AGAIN));
        }
    }

    /** The probes of one state. */
    private record Definitions(Snapshot snapshot, List<ProbeSpec> specs) {}

    private final DesiredState state;
    private final Uplink uplink;
    private final InstantSource clock;
    private final Proofs proofs;
    private final ProbePods pods;
    private final Questions questions;
    private final ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor();
    private final Semaphore permits = new Semaphore(AT_ONCE);
    private final Loop loop = new Loop("probe", this::run);
    private final Map<String, Known> known = new ConcurrentHashMap<>();
    private final Map<String, Wait> waits = new ConcurrentHashMap<>();
    private final Set<String> running = ConcurrentHashMap.newKeySet();
    private final Deque<ProbeResult> unsent = new ConcurrentLinkedDeque<>();
    private volatile Definitions definitions = new Definitions(Snapshot.NONE, List.of());
    private volatile Set<ObjectKey> pending = Set.of();
    private volatile String policyDigest = "";
    private Instant cleanedUp = Instant.EPOCH;

    /** @param image the agent's own image, which probe pods run */
    public Prober(
            DesiredState state,
            Pods clusterPods,
            KubeApi api,
            String namespace,
            String image,
            Uplink uplink,
            InstantSource clock) {
        this.state = state;
        this.uplink = uplink;
        this.clock = clock;
        this.proofs = new Proofs(api, namespace);
        this.pods = new ProbePods(api, clusterPods, clock, image);
        this.questions = new Questions(pods, executor);
        state.onChange(loop::wake);
    }

    public void start() {
        loop.start();
    }

    @Override
    public void close() {
        loop.close();
        executor.shutdownNow();
    }

    /** Sends results that found no stream. */
    public void connected() {
        loop.wake();
    }

    /**
     * Holds every pending object of a namespace in which a question is still to be asked: applied early, one policy could
     * hide the opposite that another's probe has to see.
     */
    @Override
    public Set<ObjectKey> holds(String digest, Set<ObjectKey> nowPending) {
        pending = Set.copyOf(nowPending);
        policyDigest = digest; // last: from now on the loop believes what is pending
        Set<String> namespaces = specs().stream()
                .filter(spec -> isPending(spec) && wait(spec, subject(spec)).isPresent())
                .flatMap(spec -> spec.objects().stream())
                .map(ObjectKey::namespace)
                .collect(Collectors.toSet());
        loop.wake();
        return nowPending.stream()
                .filter(key -> namespaces.contains(key.namespace()))
                .collect(Collectors.toSet());
    }

    /** How long the policy has been waiting for this question; empty when it was asked, or waited long enough. */
    private Optional<Wait> wait(ProbeSpec spec, String subject) {
        if (proofs.loaded() && proofs.asked(spec.id(), subject)) {
            return Optional.empty();
        }
        Instant now = clock.instant();
        Wait wait = waits.computeIfAbsent(key(spec, subject), _ -> new Wait(now, Instant.MAX, now));
        return wait.isOver(now) ? Optional.empty() : Optional.of(wait);
    }

    private static String key(ProbeSpec spec, String subject) {
        return spec.id() + " " + subject;
    }

    private boolean isPending(ProbeSpec spec) {
        return !Collections.disjoint(spec.objects(), pending);
    }

    /** Of the state that is current now: whoever applies its policies may be faster than any notice of it. */
    private List<ProbeSpec> specs() {
        Definitions known = definitions;
        Snapshot current = state.current();
        if (!known.snapshot().equals(current)) {
            List<ProbeSpec> found = new ArrayList<>();
            for (Document document : state.documents("Probe")) {
                try {
                    found.add(ProbeSpec.of(document));
                } catch (IllegalArgumentException e) {
                    LOG.warnf("probe %s is not usable: %s", document.name(), e.getMessage());
                }
            }
            known = new Definitions(current, List.copyOf(found));
            definitions = known;
        }
        return known.specs();
    }

    private Duration run() {
        flush();
        if (!loaded()) {
            return LOOK;
        }
        cleanUp();
        List<ProbeSpec> specs = specs();
        Set<String> ids = specs.stream().map(ProbeSpec::id).collect(Collectors.toSet());
        known.keySet().retainAll(ids);
        waits.keySet()
                .retainAll(specs.stream().map(spec -> key(spec, subject(spec))).collect(Collectors.toSet()));
        if (state.current().version() > 0) {
            proofs.retain(ids);
        }
        specs.forEach(this::consider);
        return specs.isEmpty() ? CLEAN_UP : LOOK;
    }

    /** Without the former proofs no question may be asked: its answer would replace them. */
    private boolean loaded() {
        if (!proofs.loaded()) {
            try {
                proofs.load();
            } catch (KubeRefusal refusal) {
                LOG.warnf("proofs of earlier probes cannot be read, trying again: %s", refusal.getMessage());
            }
        }
        return proofs.loaded();
    }

    private void consider(ProbeSpec spec) {
        String subject = subject(spec);
        Known before = known.getOrDefault(spec.id(), new Known("", Instant.EPOCH, spec.runRequest()));
        known.put(spec.id(), before);
        // A probe document arrives with its policy, before anybody has looked which of the objects are there:
        // asked then, the question of before would be taken for the one of after.
        if (policyDigest.isEmpty() || spec.objects().isEmpty() || !policyDigest.equals(currentPolicyDigest())) {
            return;
        }
        if (isPending(spec)) {
            wait(spec, subject)
                    .filter(wait -> !wait.next().isAfter(clock.instant()))
                    .ifPresent(_ -> begin(spec, () -> askBefore(spec, subject)));
        } else if (!before.provenSubject().equals(subject)) {
            begin(spec, () -> askAfter(spec, subject, PROPAGATION));
        } else if (spec.runRequest() > before.runRequest()
                || before.lastRun().plus(spec.interval()).isBefore(clock.instant())) {
            begin(spec, () -> askAfter(spec, subject, Duration.ofSeconds(5)));
        }
    }

    private void begin(ProbeSpec spec, Runnable task) {
        if (running.add(spec.id())) {
            executor.execute(() -> {
                try {
                    permits.acquire();
                    try {
                        task.run();
                    } finally {
                        permits.release();
                    }
                } catch (InterruptedException _) {
                    Thread.currentThread().interrupt();
                } catch (RuntimeException e) {
                    LOG.errorf(e, "probe %s failed", spec.id());
                } finally {
                    running.remove(spec.id());
                    loop.wake();
                }
            });
        }
    }

    private void askBefore(ProbeSpec spec, String subject) {
        Instant start = clock.instant();
        waits.computeIfPresent(key(spec, subject), (_, wait) -> wait.asked(start));
        ProbeVerdicts.Run run = questions.ask(spec);
        ProbeVerdicts.Verdict verdict = ProbeVerdicts.before(run);
        if (verdict.result() != ProbeVerdicts.Result.INCONCLUSIVE) {
            proofs.remember(spec.id(), subject, verdict.oppositeSeen() ? spec.generation() : Proofs.NEVER);
        }
        report(spec, "before", run, verdict, start);
    }

    /** Asks until it passes or the patience is over: a change takes its time to reach every proxy. */
    private void askAfter(ProbeSpec spec, String subject, Duration patience) {
        Instant start = clock.instant();
        ProbeVerdicts.Run run;
        ProbeVerdicts.Verdict verdict;
        do {
            run = questions.ask(spec);
            verdict = ProbeVerdicts.after(run, proofs.oppositeSeen(spec.id()));
        } while (!verdict.passed()
                && !verdict.reason().equals("OppositeNotSeen")
                && start.plus(patience).isAfter(clock.instant()));
        known.put(spec.id(), new Known(subject, clock.instant(), spec.runRequest()));
        report(spec, "after", run, verdict, start);
    }

    private void report(
            ProbeSpec spec, String phase, ProbeVerdicts.Run run, ProbeVerdicts.Verdict verdict, Instant start) {
        LOG.infof(
                "probe %s %s: %s %s (%s)", spec.id(), phase, verdict.result().text(), verdict.reason(), run.refused());
        unsent.addLast(ProbeResult.newBuilder()
                .setProbeId(spec.id())
                .setProbeDigest(spec.digest())
                .setPolicyDigest(policyDigest)
                .setPolicyGeneration(spec.generation())
                .setOppositeGeneration(proofs.oppositeGeneration(spec.id()))
                .setPhase(phase)
                .setVerdict(verdict.result().text())
                .setRequest(questions.request(spec))
                .setExpected(questions.expected(spec))
                .setObserved(run.refused().toString())
                .setControl(questions.control(spec, run.control()))
                .setReason(verdict.reason())
                .setStartTime(Times.stamp(start))
                .setEndTime(Times.stamp(clock.instant()))
                .build());
        while (unsent.size() > MAX_UNSENT) {
            unsent.pollFirst();
        }
        flush();
    }

    private synchronized void flush() {
        for (ProbeResult result = unsent.peekFirst(); result != null; result = unsent.peekFirst()) {
            if (!uplink.send(AgentMessage.newBuilder().setProbeResult(result).build())) {
                return;
            }
            unsent.pollFirst();
        }
    }

    private void cleanUp() {
        if (cleanedUp.plus(CLEAN_UP).isBefore(clock.instant())) {
            cleanedUp = clock.instant();
            pods.removeLeftOver();
        }
    }

    private String currentPolicyDigest() {
        return state.current().layers().stream()
                .filter(layer -> layer.name().equals(Snapshot.POLICY))
                .map(Snapshot.Layer::digest)
                .findFirst()
                .orElse("");
    }

    /** The policy's objects as desired now; another generation or body is another subject. */
    private String subject(ProbeSpec spec) {
        Map<ObjectKey, String> digests = new HashMap<>();
        for (Snapshot.Layer layer : state.current().layers()) {
            layer.items()
                    .filter(item -> spec.objects().contains(item.key()))
                    .forEach(item -> digests.put(item.key(), item.digest()));
        }
        return spec.generation() + " " + new TreeMap<>(digests);
    }
}
