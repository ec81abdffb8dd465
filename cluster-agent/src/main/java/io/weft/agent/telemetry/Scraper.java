package io.weft.agent.telemetry;

import io.weft.agent.apply.DesiredState;
import io.weft.agent.apply.Document;
import io.weft.agent.inventory.PodView;
import io.weft.agent.inventory.Pods;
import io.weft.agent.loop.Loop;
import io.weft.agent.report.Uplink;
import io.weft.agent.telemetry.Instances.Reading;
import io.weft.protocol.v1.TelemetryAccepted;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Reads every proxy and control plane at the end of each ten-second window, and a pod whose deletion begins every second
 * until it answers no more (D24): what it served last is what a gate wants to know.
 */
public final class Scraper implements AutoCloseable {
    private static final Logger LOG = Logger.getLogger(Scraper.class);
    private static final int AT_ONCE = 8;
    private static final Duration ROUND = Duration.ofSeconds(6);
    private static final Duration LAST_READS = Duration.ofSeconds(90);

    private final DesiredState state;
    private final Pods pods;
    private final InstantSource clock;
    private final Windows windows = new Windows();
    private final Instances instances = new Instances(windows);
    private final NodeUsage nodes;
    private final Batches batches;
    private final ExecutorService readers = Executors.newVirtualThreadPerTaskExecutor();
    private final Semaphore permits = new Semaphore(AT_ONCE);
    private final Map<String, Instant> knownSince = new ConcurrentHashMap<>();
    private final Loop loop = new Loop("scrape", this::round);
    private final Loop sender = new Loop("telemetry", this::send);
    /** Definitions that an earlier run of this agent read by. */
    private volatile Set<String> inherited = Set.of();

    private volatile List<ScrapeSpec> specs = List.of();
    private Instant due = Instant.EPOCH;

    public Scraper(DesiredState state, Pods pods, Kubelet kubelet, Uplink uplink, InstantSource clock) {
        this.state = state;
        this.pods = pods;
        this.clock = clock;
        this.nodes = new NodeUsage(kubelet, windows);
        this.batches = new Batches(uplink, clock);
        state.onChange(this::definitions);
        pods.onChange(this::podChanged);
    }

    /** What is defined by now came with the state that an earlier run left. */
    public void start() {
        inherited = Set.copyOf(knownSince.keySet());
        loop.start();
        sender.start();
    }

    @Override
    public void close() {
        loop.close();
        sender.close();
        readers.close();
    }

    public void connected() {
        batches.connected();
    }

    public void accepted(TelemetryAccepted accepted) {
        batches.accepted(accepted);
    }

    private void definitions() {
        List<ScrapeSpec> found = new ArrayList<>();
        for (Document document : state.documents("Scrape")) {
            try {
                found.add(ScrapeSpec.of(document.body()));
            } catch (IllegalArgumentException e) {
                LOG.warnf("scrape definition %s is not usable: %s", document.name(), e.getMessage());
            }
        }
        found.forEach(spec -> knownSince.putIfAbsent(spec.name(), clock.instant()));
        knownSince.keySet().retainAll(found.stream().map(ScrapeSpec::name).toList());
        specs = List.copyOf(found);
    }

    private Duration send() {
        batches.tick();
        return Duration.ofSeconds(1);
    }

    private Duration round() {
        Instant now = clock.instant();
        if (due.equals(Instant.EPOCH) || due.isAfter(now)) {
            due = due.isAfter(now) ? due : Windows.startOf(now).plusSeconds(Windows.SECONDS);
            return untilDue();
        }
        Instant end = Windows.startOf(now);
        readAll(end.minusSeconds(Windows.SECONDS));
        batches.add(windows.drainBefore(end), end);
        Set<String> uids = pods.all().stream().map(PodView::uid).collect(Collectors.toSet());
        instances.retain(uids);
        nodes.retain(uids);
        due = end.plusSeconds(Windows.SECONDS);
        return untilDue();
    }

    private Duration untilDue() {
        Duration left = Duration.between(clock.instant(), due);
        return left.isNegative() ? Duration.ZERO : left.plusMillis(20);
    }

    private void readAll(Instant window) {
        List<Callable<Void>> reads = new ArrayList<>();
        for (ScrapeSpec spec : specs) {
            List<PodView> covered = spec.pods(pods).toList();
            covered.forEach(pod -> reads.add(() -> {
                read(spec, pod, window, Reading.REGULAR);
                return null;
            }));
            reads.add(() -> {
                nodes.read(spec, covered, window, since(spec));
                return null;
            });
        }
        try {
            readers.invokeAll(reads, ROUND.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    private void read(ScrapeSpec spec, PodView pod, Instant window, Reading reading) throws InterruptedException {
        permits.acquire();
        try {
            // What an earlier run of this agent had not sent is gone: its first reading is the new beginning.
            boolean gap = inherited.contains(spec.name()) && instances.isBaseline(spec, pod, since(spec));
            instances.read(spec, pod, window, since(spec), clock.instant(), reading);
            if (gap) {
                batches.lost(1);
            }
        } catch (IOException e) {
            LOG.debugf("%s/%s could not be read: %s", pod.namespace(), pod.name(), e.getMessage());
        } finally {
            permits.release();
        }
    }

    private Instant since(ScrapeSpec spec) {
        return knownSince.getOrDefault(spec.name(), Instant.MAX);
    }

    private void podChanged(@Nullable PodView before, @Nullable PodView after) {
        if (after != null && after.deleting() && (before == null || !before.deleting())) {
            specs.stream()
                    .filter(spec -> spec.covers(after) && !after.ip().isEmpty())
                    .forEach(spec -> Thread.ofVirtual().name("last reads").start(() -> lastReads(spec, after)));
        }
        if (after == null && before != null) {
            batches.lost(specs.stream()
                    .filter(spec -> spec.covers(before) && wentUnread(spec, before))
                    .count());
        }
    }

    /** A pod that was serving and was not read once since its deletion began took counts with it. */
    private boolean wentUnread(ScrapeSpec spec, PodView pod) {
        Instant last = instances.lastRead(spec, pod);
        return last.isAfter(Instant.EPOCH)
                && (!pod.deleting() || last.isBefore(pod.deletion().minusSeconds(1)));
    }

    private boolean isThere(PodView pod) {
        return pods.all().stream().anyMatch(other -> other.uid().equals(pod.uid()));
    }

    private void lastReads(ScrapeSpec spec, PodView pod) {
        Instant until = clock.instant().plus(LAST_READS);
        try {
            // A reading that fails may be followed by one that does not: only a pod that is gone has no more to tell.
            while (clock.instant().isBefore(until) && isThere(pod)) {
                read(spec, pod, Windows.startOf(clock.instant()), Reading.LAST);
                Thread.sleep(1_000);
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }
}
