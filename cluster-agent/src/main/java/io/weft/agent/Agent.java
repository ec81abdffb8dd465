package io.weft.agent;

import io.weft.agent.apply.DesiredState;
import io.weft.agent.apply.DriftWatch;
import io.weft.agent.apply.KubeWriter;
import io.weft.agent.apply.Progress;
import io.weft.agent.apply.Reconciler;
import io.weft.agent.apply.StateStore;
import io.weft.agent.check.Checks;
import io.weft.agent.connect.Connection;
import io.weft.agent.connect.HubTraffic;
import io.weft.agent.inventory.Inventory;
import io.weft.agent.inventory.Pods;
import io.weft.agent.inventory.Preflight;
import io.weft.agent.kube.ApiPaths;
import io.weft.agent.kube.Json;
import io.weft.agent.kube.KubeApi;
import io.weft.agent.move.Mover;
import io.weft.agent.probe.Prober;
import io.weft.agent.read.Reader;
import io.weft.agent.telemetry.Kubelet;
import io.weft.agent.telemetry.Scraper;
import io.weft.protocol.v1.BodyChunk;
import io.weft.protocol.v1.Desired;
import io.weft.protocol.v1.Hello;
import io.weft.protocol.v1.InventoryWanted;
import io.weft.protocol.v1.TelemetryAccepted;
import java.time.InstantSource;
import java.util.random.RandomGenerator;

/** Puts the parts together and passes the hub's messages to them. The order of {@link #start} is the order of need. */
final class Agent implements HubTraffic, AutoCloseable {
    private final String version;
    private final String clusterUid;
    private final String kubernetesVersion;
    private final DesiredState state;
    private final Progress progress;
    private final Reconciler reconciler;
    private final Pods pods;
    private final Inventory inventory;
    private final Preflight preflight;
    private final Mover mover;
    private final Prober prober;
    private final Scraper scraper;
    private final Reader reader;
    private final Connection connection;

    Agent(KubeApi api, AgentConfig config, String version, InstantSource clock, RandomGenerator random) {
        ApiPaths paths = new ApiPaths(api, clock);
        HubLink link = new HubLink();
        this.version = version;
        this.clusterUid = Patience.ask("the identity of the cluster", () -> api.get("/api/v1/namespaces/kube-system"))
                .map(namespace -> namespace.path("metadata").path("uid").asText(""))
                .orElse("");
        this.kubernetesVersion = Patience.ask("the version of Kubernetes", () -> api.get("/version"))
                .orElseGet(Json::object)
                .path("gitVersion")
                .asText("");
        String namespace = config.namespace();
        this.state = new DesiredState(new StateStore(api, namespace, config.clusterId()), link);
        this.progress = new Progress(link, clock);
        this.pods = new Pods(api);
        this.prober = new Prober(state, pods, api, namespace, config.image(), link, clock);
        this.reconciler = new Reconciler(
                state,
                new KubeWriter(api, paths),
                new Checks(api, paths),
                prober,
                new DriftWatch(api, paths),
                progress,
                clock);
        this.inventory = new Inventory(api, link);
        this.preflight =
                new Preflight(inventory, api, config.lifecycleRules(), namespace, config.serviceAccount(), link, clock);
        this.mover = new Mover(state, progress, api, link, clock);
        Kubelet kubelet = new Kubelet(config.kubeletToken(), config.kubeletCa(), config.kubeletAnyName());
        this.scraper = new Scraper(state, pods, kubelet, link, clock);
        this.reader = new Reader(state, pods, api, namespace, config.serviceAccount(), link, clock);
        this.connection = new Connection(
                new Connection.Settings(
                        config.gatewayUrl(), config.caPin(), config.clusterId(), clusterUid, config.tokenFile()),
                api,
                namespace,
                this,
                clock,
                random);
        link.connect(connection);
    }

    void start() {
        pods.start();
        inventory.start();
        prober.start();
        Patience.ask("the state kept in the cluster", () -> {
            state.load();
            return true;
        });
        reconciler.start();
        mover.start();
        scraper.start();
        reader.start();
        preflight.start();
        connection.start();
    }

    @Override
    public void close() {
        connection.close();
        scraper.close();
        reader.close();
        mover.close();
        prober.close();
        reconciler.close();
        preflight.close();
        inventory.close();
        pods.close();
    }

    @Override
    public void greet(Hello.Builder hello) {
        hello.setAgentVersion(version)
                .setClusterUid(clusterUid)
                .setKubernetesVersion(kubernetesVersion)
                .setAppliedVersion(progress.completeVersion())
                .addAllLayers(progress.layers());
    }

    @Override
    public void connected() {
        progress.connected();
        reconciler.wake();
        mover.connected();
        prober.connected();
        inventory.connected();
        preflight.connected();
        reader.connected();
        scraper.connected();
    }

    @Override
    public void desired(Desired desired) {
        state.receive(desired);
    }

    @Override
    public void body(BodyChunk chunk) {
        state.receive(chunk);
    }

    @Override
    public void inventoryWanted(InventoryWanted wanted) {
        inventory.wanted(wanted.getAll());
    }

    @Override
    public void telemetryAccepted(TelemetryAccepted accepted) {
        scraper.accepted(accepted);
    }

    @Override
    public void disconnected() {
        state.disconnected();
        inventory.disconnected();
    }

    /** The API server's answer to {@code /version}, for the log. */
    String kubernetesVersion() {
        return kubernetesVersion;
    }
}
