package io.weft.e2e.demo;

import com.fasterxml.jackson.databind.JsonNode;
import io.weft.e2e.demo.Await.Look;
import io.weft.e2e.launch.Command;
import io.weft.e2e.launch.Layout;
import io.weft.e2e.launch.Say;
import io.weft.e2e.launch.Stack;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/** The steps of the main job, in order. Each one fails with what was seen, or leaves its figures for the report. */
public final class MainJob implements AutoCloseable {
    public static final String OLD = "1.26.0";
    public static final String NEW = "1.27.0";

    private static final int MIN_RATE = 100;
    private static final String ORGANISATION = "acme";

    private final Stack stack;
    private final Stack.Up up;
    private final Say say;
    private Hub hub;
    private final Cluster cluster;
    private final ApiProxy proxy;
    private final LoadClient client;
    private final List<Report.Policy> policies = new ArrayList<>();
    private final List<Report.Rollout> rollouts = new ArrayList<>();
    private String clusterId = "";
    private String installationId = "";
    private Instant steady = Instant.EPOCH;
    private double agentSeconds;
    private double meshSeconds;
    private Report.Telemetry telemetry = new Report.Telemetry(0, 0, 0, 0, 0);

    public MainJob(Stack stack, Stack.Up up, Say say) {
        this.stack = stack;
        this.up = up;
        this.say = say;
        this.hub = new Hub(up.apiUrl(), up.key(ORGANISATION));
        this.cluster = new Cluster(stack.layout(), up.cluster().kubeconfig());
        this.proxy = new ApiProxy(cluster, stack.layout().ownMark());
        this.client = new LoadClient(proxy);
    }

    /** From now on every step waits for a hub that is away, up to the limit each time. */
    public void rideOutAbsences(Duration limit) {
        hub = hub.patient(limit);
    }

    public void enrol() {
        say.heading("Enrolling the cluster");
        long begin = System.nanoTime();
        Layout layout = stack.layout();
        Enrolment enrolment = new Enrolment(hub, cluster, say);
        enrolment.release(layout, OLD);
        enrolment.release(layout, NEW);
        clusterId = enrolment.createCluster("local", List.of("istio-" + OLD, "istio-" + NEW));
        enrolment.installAgent(clusterId, stack.cluster(), layout.dist("agent.tar"));
        agentSeconds = since(begin);
    }

    public void installMesh() {
        say.heading("Installing Istio " + OLD);
        Mesh mesh = new Mesh(hub, cluster, say);
        mesh.deploySample(clusterId);
        long begin = System.nanoTime();
        installationId = mesh.install(clusterId, OLD, stack.layout().root());
        meshSeconds = since(begin);
        steady = new Await(say)
                .until("steady load", Duration.ofMinutes(2), "kubectl -n load logs deployment/load-client", () -> {
                    Instant now = Instant.now();
                    LoadClient.Count recent = client.between(now.minusSeconds(10), now.minusSeconds(2));
                    return Look.when(
                            recent.failed() == 0 && client.rate(8) >= MIN_RATE,
                            now,
                            "%.0f requests/s, %d of the last %d failed"
                                    .formatted(client.rate(8), recent.failed(), recent.total()));
                });
        say.line("load: %.0f requests/s, none failed, half of them on fresh connections, no retries"
                .formatted(client.rate(8)));
    }

    public void enforcePolicies() {
        say.heading("Policy with proof");
        Policies writer = new Policies(hub, say);
        List.of(Policies.strictShop(), Policies.paymentsCallers(), Policies.catalogCanary())
                .forEach(draft -> policies.add(writer.enforce(draft)));
    }

    public void compareTelemetry() {
        say.heading("Telemetry");
        telemetry = new Telemetry(hub, client, say).compare(clusterId, steady);
    }

    /** Requests that began after the moment and failed; waits until those of now have ended. */
    public long failedSince(Instant moment) {
        Instant now = Instant.now();
        client.awaitFinal(now);
        return client.between(moment, now).failed();
    }

    /** Both counts of the load client's requests, from the window after the moment until now. */
    public Counted countedSince(Instant moment) {
        return new Telemetry(hub, client, say).since(clusterId, moment);
    }

    /** {@code onChange} is called whenever the rollout's phase, step, wave or message changed. */
    public void badRollout(Consumer<JsonNode> onChange) {
        say.heading("An upgrade to " + NEW + " that goes wrong");
        Upgrades upgrades = new Upgrades(hub, cluster, client, say);
        upgrades.want(installationId, NEW);
        upgrades.plantRegression();
        rollouts.add(upgrades.bad(installationId, OLD, NEW, onChange));
        upgrades.removeRegression();
    }

    /** {@code onChange} as for {@link #badRollout}. */
    public void goodRollout(Consumer<JsonNode> onChange) {
        say.heading("The upgrade to " + NEW + " that goes through");
        rollouts.add(new Upgrades(hub, cluster, client, say).good(installationId, OLD, NEW, onChange));
        new Mesh(hub, cluster, say).awaitProxies(installationId, NEW);
    }

    /** An upgrade that moves everything and is then ordered back; {@code onChange} as for {@link #badRollout}. */
    public Report.Completed thereAndBack(Consumer<JsonNode> onChange) {
        say.heading("An upgrade to " + NEW + ", there and back");
        Report.Completed moved =
                new Upgrades(hub, cluster, client, say).thereAndBack(installationId, OLD, NEW, onChange);
        new Mesh(hub, cluster, say).awaitProxies(installationId, OLD);
        return moved;
    }

    /** What is to run from now on; without a rollout nothing moves. */
    public void want(String version) {
        new Upgrades(hub, cluster, client, say).want(installationId, version);
    }

    /** Who did what, oldest first. */
    public List<JsonNode> audit() {
        say.heading("Audit");
        List<JsonNode> entries = new ArrayList<>();
        String page = "";
        do {
            JsonNode list = hub.get("/audit-entries?pageSize=200" + (page.isEmpty() ? "" : "&pageToken=" + page));
            list.path("items").forEach(entries::add);
            page = list.path("nextPageToken").asText("");
        } while (!page.isEmpty() && !page.equals("null"));
        entries.forEach(entry -> say.detail("%s  %-28s %-22s %s %s"
                .formatted(
                        entry.path("time").asText(),
                        entry.path("actor").asText(),
                        entry.path("action").asText(),
                        entry.path("targetKind").asText(),
                        entry.path("targetId").asText())));
        return entries;
    }

    /** The figures of this run. */
    public Report report(Duration built) {
        Report.MemoryMiB memory = Memory.measure(stack, cluster);
        say.line("memory, MiB: api-service %d, fleet-manager %d, upgrade-orchestrator %d, agent %d"
                .formatted(memory.apiService(), memory.fleetManager(), memory.upgradeOrchestrator(), memory.agent()));
        Report.Seconds seconds = new Report.Seconds(
                built.toSeconds(),
                seconds(up.servicesTime()),
                seconds(up.clusterTime()),
                agentSeconds,
                meshSeconds,
                seconds(say.elapsed()));
        return new Report(
                commit(),
                seconds,
                new Report.Kubernetes(
                        up.cluster().kubernetes(), up.cluster().kubeconfig().toString()),
                policies,
                telemetry,
                rollouts,
                memory);
    }

    public Hub hub() {
        return hub;
    }

    public Cluster cluster() {
        return cluster;
    }

    public LoadClient client() {
        return client;
    }

    public String clusterId() {
        return clusterId;
    }

    public String installationId() {
        return installationId;
    }

    private String commit() {
        Command.Result head = Command.run(
                List.of("sh", "-c", "git rev-parse HEAD"), stack.layout().root(), Map.of(), "", Duration.ofSeconds(5));
        return head.ok() ? head.output().strip() : ""; // no git, or no checkout
    }

    private static double since(long begin) {
        return seconds(Duration.ofNanos(System.nanoTime() - begin));
    }

    private static double seconds(Duration time) {
        return Report.tenths(time.toMillis() / 1e3);
    }

    @Override
    public void close() {
        client.close();
        proxy.close();
    }
}
