package io.weft.e2e;

import com.fasterxml.jackson.databind.JsonNode;
import io.weft.e2e.demo.Cluster;
import io.weft.e2e.demo.Hub;
import io.weft.e2e.demo.MainJob;
import io.weft.e2e.launch.Command;
import io.weft.e2e.launch.Layout;
import io.weft.e2e.launch.LocalServices;
import io.weft.e2e.launch.Say;
import io.weft.e2e.launch.Settings;
import io.weft.e2e.launch.Stack;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;

/** A hub and a cluster of the suite's own, beside a {@code ./weft up} of the same checkout, and what kubectl sees there. */
final class Live implements AutoCloseable {
    private static final Path ROOT =
            Path.of(System.getProperty("weft.root", "")).toAbsolutePath();
    private static final Path BUILD =
            Path.of(System.getProperty("weft.build", ROOT.resolve(".weft").toString()));
    private static final List<String> MESHED = List.of("shop", "orders", "payments", "load");
    private static final int PORT = 9280;

    private final Layout layout;
    private final Stack stack;
    private final Machine before;
    private final Stack.Up up;
    private final MainJob job;

    private Live(Layout layout) {
        Say say = new Say(System.out, Duration.ZERO);
        this.layout = layout;
        stack = new Stack(layout, new Settings(PORT), say);
        before = Machine.now(layout);
        up = stack.up();
        job = new MainJob(stack, up, say);
    }

    static Layout layout() {
        return new Layout(ROOT, BUILD, BUILD.resolve("live"));
    }

    /** Starts from nothing: what an earlier run left is ended first. */
    static Live start() {
        endLeftovers();
        return startOnWhatIsThere();
    }

    /** Starts on folders that the suite has laid out itself, after {@link #endLeftovers}, which deletes them. */
    static Live startOnWhatIsThere() {
        return new Live(layout());
    }

    static void endLeftovers() {
        new Stack(layout(), new Settings(PORT), new Say(System.out, Duration.ZERO)).down(true);
    }

    MainJob job() {
        return job;
    }

    Cluster cluster() {
        return job.cluster();
    }

    LocalServices services() {
        return up.services();
    }

    /** The hub as another organisation sees it. */
    Hub hubOf(String organisation) {
        return new Hub(up.apiUrl(), up.key(organisation));
    }

    /** Starts the parts that do not run. */
    void startMissing() {
        stack.up();
    }

    /** Processes of a part: of the hub, {@code agent}, {@code postgres} or {@code kafka}. */
    List<Long> processes(String part) {
        return switch (part) {
            case "agent" -> cluster().agentProcesses();
            case "postgres", "kafka" ->
                ProcessHandle.of(LocalServices.read(layout).pid(part)).stream()
                        .flatMap(process -> Stream.concat(Stream.of(process), process.descendants()))
                        .map(ProcessHandle::pid)
                        .toList();
            default -> stack.pid(part).stream().toList();
        };
    }

    /** Sends a signal, such as {@code KILL} or {@code STOP}. */
    static void signal(String signal, List<Long> processes) {
        for (long process : processes) {
            Command.run(
                    List.of("kill", "-" + signal, Long.toString(process)),
                    Path.of("/"),
                    Map.of(),
                    "",
                    Duration.ofSeconds(5)); // one that has ended meanwhile is no failure
        }
    }

    /** Images of all proxies in the sample's pods that are not going away. */
    Set<String> proxyImages() {
        return MESHED.stream()
                .flatMap(namespace -> items(cluster().get("pods", "-n", namespace, "-l", "app")).stream())
                .filter(pod -> !pod.at("/metadata").has("deletionTimestamp"))
                .map(Live::proxyImage)
                .collect(Collectors.toCollection(TreeSet::new));
    }

    private static String proxyImage(JsonNode pod) {
        return Stream.of("containers", "initContainers")
                .flatMap(list -> items(pod.path("spec").path(list)).stream())
                .filter(container -> container.path("name").asText().equals("istio-proxy"))
                .map(container -> container.path("image").asText())
                .findFirst()
                .orElse("no proxy in " + pod.at("/metadata/name").asText());
    }

    /** Revisions of the control planes that are there. */
    Set<String> revisions() {
        return items(cluster().get("deployments", "-n", "istio-system", "-l", "app=istiod")).stream()
                .map(deployment ->
                        deployment.at("/metadata/labels/istio.io~1rev").asText())
                .collect(Collectors.toCollection(TreeSet::new));
    }

    /** Ends everything but the data; what is left on the machine after that and was not there before. */
    Set<String> endAndCompare() {
        job.close();
        stack.down(false);
        TreeSet<String> left = Machine.now(layout).since(before);
        if (stack.anythingRuns()) {
            left.add("a process of the stack");
        }
        return left;
    }

    @Override
    public void close() {
        job.close();
        stack.down(true);
    }

    /** Items of a Kubernetes list, or of an array. */
    static List<JsonNode> items(JsonNode list) {
        JsonNode array = list.isArray() ? list : list.path("items");
        return StreamSupport.stream(array.spliterator(), false).toList();
    }
}
