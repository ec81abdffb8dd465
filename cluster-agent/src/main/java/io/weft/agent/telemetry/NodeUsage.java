package io.weft.agent.telemetry;

import io.weft.agent.inventory.PodView;
import java.io.IOException;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;
import org.jboss.logging.Logger;

/** Resource windows of proxies, from the kubelets of the nodes they run on. */
final class NodeUsage {
    private static final Logger LOG = Logger.getLogger(NodeUsage.class);
    private static final String CPU = "cpu";

    /** One pod's container as read by one definition; that its counter fell tells a restart. */
    private record Id(String spec, String uid) {}

    private final Kubelet kubelet;
    private final Windows windows;
    private final Map<Id, Counters> counters = new ConcurrentHashMap<>();
    private boolean warned;

    NodeUsage(Kubelet kubelet, Windows windows) {
        this.kubelet = kubelet;
        this.windows = windows;
    }

    void read(ScrapeSpec spec, List<PodView> pods, Instant window, Instant knownSince) {
        String container = spec.resources().kubeletContainer();
        if (container.isEmpty() || pods.isEmpty()) {
            return;
        }
        Map<String, List<PodView>> byNode =
                pods.stream().filter(pod -> !pod.hostIp().isEmpty()).collect(Collectors.groupingBy(PodView::hostIp));
        byNode.forEach((node, there) -> {
            try {
                Map<String, Kubelet.Usage> usage = kubelet.usage(node, container);
                there.forEach(pod -> add(spec, pod, usage, window, knownSince));
                warned = false;
            } catch (IOException e) {
                LOG.log(
                        warned ? Logger.Level.DEBUG : Logger.Level.WARN,
                        "CPU and memory of proxies on node " + node + " are not reported: " + e.getMessage());
                warned = true;
            }
        });
    }

    void retain(Set<String> uids) {
        counters.keySet().removeIf(id -> !uids.contains(id.uid()));
    }

    private void add(
            ScrapeSpec spec, PodView pod, Map<String, Kubelet.Usage> usage, Instant window, Instant knownSince) {
        Kubelet.Usage used = usage.get(Kubelet.keyOf(pod));
        if (used == null) {
            return;
        }
        Counters known = counters.computeIfAbsent(
                new Id(spec.name(), pod.uid()), _ -> new Counters(pod.started().isAfter(knownSince)));
        Map<String, Map<String, Double>> now = new HashMap<>();
        if (used.cpuSeconds() >= 0) {
            now.put(CPU, Map.of(CPU, used.cpuSeconds()));
        }
        double cpu;
        synchronized (known) { // a round that took too long may still be reading
            cpu = known.deltas(now).getOrDefault(CPU, Map.of()).getOrDefault(CPU, 0.0);
        }
        windows.add(
                window,
                new Windows.ResourceKey(
                        spec.resources().component(), pod.namespace(), pod.workload(), spec.revisionOf(pod)),
                used.cpuSeconds() < 0 ? -1 : cpu,
                used.memoryBytes());
    }
}
