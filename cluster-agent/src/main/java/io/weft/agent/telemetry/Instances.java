package io.weft.agent.telemetry;

import io.weft.agent.inventory.PodView;
import io.weft.agent.telemetry.ScrapeSpec.GaugeSpec;
import java.io.IOException;
import java.io.InputStream;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** Every container run that is read by some definition, with its last counters; adds its deltas to windows. */
final class Instances {
    private static final String PROCESS = "process";

    /**
     * One container as read by one definition. A later run of it goes on with its counters: that they fell tells the
     * restart, whichever of page and watch shows it first.
     */
    private record Id(String spec, String uid) {}

    /** How a page is read. */
    enum Reading {
        /** In its turn, once in each window. */
        REGULAR,
        /** Again and again while the pod goes away: what adds up is added, what stands for a moment is not. */
        LAST
    }

    private static final class State {
        final Counters counters;
        volatile Instant lastRead = Instant.EPOCH;

        State(Counters counters) {
            this.counters = counters;
        }
    }

    private final Windows windows;
    private final Map<Id, State> states = new ConcurrentHashMap<>();

    Instances(Windows windows) {
        this.windows = windows;
    }

    /**
     * Reads the pod's page now and adds what moved to the window.
     *
     * @param knownSince since when the definition is read: a pod that started later is counted from zero
     */
    void read(ScrapeSpec spec, PodView pod, Instant window, Instant knownSince, Instant now, Reading reading)
            throws IOException {
        State state = states.computeIfAbsent(
                id(spec, pod), _ -> new State(new Counters(pod.started().isAfter(knownSince))));
        // Fetched under the lock too: a page that is older than the one before it would look like a restart.
        synchronized (state) {
            PageReading page;
            try (InputStream in = Pages.open(pod.ip(), spec.port(), spec.path())) {
                page = PageReading.of(spec, in);
            }
            take(spec, pod, window, page, state, reading);
            state.lastRead = now;
        }
    }

    /** Whether the pod was never read by this definition, although it ran before the definition was known. */
    boolean isBaseline(ScrapeSpec spec, PodView pod, Instant knownSince) {
        return !states.containsKey(id(spec, pod)) && !pod.started().isAfter(knownSince);
    }

    /** When the pod was last read by this definition; EPOCH = never. */
    Instant lastRead(ScrapeSpec spec, PodView pod) {
        State state = states.get(id(spec, pod));
        return state == null ? Instant.EPOCH : state.lastRead;
    }

    /** Forgets instances of pods that are gone. */
    void retain(Set<String> uids) {
        states.keySet().removeIf(id -> !uids.contains(id.uid()));
    }

    private static Id id(ScrapeSpec spec, PodView pod) {
        return new Id(spec.name(), pod.uid());
    }

    private void take(ScrapeSpec spec, PodView pod, Instant window, PageReading page, State state, Reading reading) {
        Map<String, Map<String, Double>> now = new HashMap<>(page.counters());
        now.put(PROCESS, processCounters(spec, page));
        Map<String, Map<String, Double>> deltas = state.counters.deltas(now);
        Map<String, Double> process = deltas.getOrDefault(PROCESS, Map.of());
        deltas.forEach((group, moved) -> {
            if (!group.equals(PROCESS)) {
                addTraffic(spec, pod, window, group, moved, page.boundsOf(group));
            }
        });
        addGauges(spec, pod, window, page, process, reading);
        addResources(spec, pod, window, page, process, reading);
    }

    private static Map<String, Double> processCounters(ScrapeSpec spec, PageReading page) {
        Map<String, Double> counters = new HashMap<>();
        for (GaugeSpec gauge : spec.gauges()) {
            if (gauge.counter()) {
                counters.put(gauge.metric(), page.sums().getOrDefault(gauge.metric(), 0.0));
            }
        }
        String cpu = spec.resources().cpuMetric();
        if (!cpu.isEmpty() && page.sums().containsKey(cpu)) {
            counters.put(cpu, page.sums().getOrDefault(cpu, 0.0));
        }
        return counters;
    }

    private void addTraffic(
            ScrapeSpec spec,
            PodView pod,
            Instant window,
            String group,
            Map<String, Double> moved,
            List<Double> bounds) {
        TrafficSpec traffic = spec.traffic().get(PageReading.familyOf(group));
        TrafficDelta delta = TrafficDelta.of(moved, !traffic.handshakes().isEmpty(), bounds);
        if (delta.isEmpty()) {
            return;
        }
        TrafficSpec.Edge edge = traffic.edgeOf(PageReading.edgeOf(group));
        windows.add(
                window,
                new Windows.TrafficKey(
                        traffic.reporter(),
                        pod.namespace(),
                        pod.workload(),
                        edge.namespace(),
                        edge.service(),
                        spec.revisionOf(pod),
                        delta.bounds()),
                delta);
    }

    private void addGauges(
            ScrapeSpec spec,
            PodView pod,
            Instant window,
            PageReading page,
            Map<String, Double> process,
            Reading reading) {
        for (GaugeSpec gauge : spec.gauges()) {
            Windows.GaugeKey key = new Windows.GaugeKey(gauge.name(), spec.revisionOf(pod), gauge.counter());
            if (gauge.counter()) {
                windows.add(window, key, process.getOrDefault(gauge.metric(), 0.0));
            } else if (reading == Reading.REGULAR && page.sums().containsKey(gauge.metric())) {
                windows.add(window, key, page.sums().getOrDefault(gauge.metric(), 0.0));
            }
        }
    }

    private void addResources(
            ScrapeSpec spec,
            PodView pod,
            Instant window,
            PageReading page,
            Map<String, Double> process,
            Reading reading) {
        ScrapeSpec.ResourceSpec resources = spec.resources();
        if (!resources.cpuMetric().isEmpty() || !resources.memoryMetric().isEmpty()) {
            windows.add(
                    window,
                    new Windows.ResourceKey(
                            resources.component(), pod.namespace(), pod.workload(), spec.revisionOf(pod)),
                    process.getOrDefault(resources.cpuMetric(), 0.0),
                    reading == Reading.LAST ? -1.0 : page.sums().getOrDefault(resources.memoryMetric(), -1.0));
        }
    }
}
