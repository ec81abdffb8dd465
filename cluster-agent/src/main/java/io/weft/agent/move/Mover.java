package io.weft.agent.move;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.weft.agent.apply.DesiredState;
import io.weft.agent.apply.Document;
import io.weft.agent.apply.Progress;
import io.weft.agent.kube.Json;
import io.weft.agent.kube.KubeApi;
import io.weft.agent.kube.KubeRefusal;
import io.weft.agent.loop.Loop;
import io.weft.agent.move.NamespaceSeen.Workload;
import io.weft.agent.report.Times;
import io.weft.agent.report.Uplink;
import io.weft.protocol.v1.AgentMessage;
import io.weft.protocol.v1.Movement;
import io.weft.protocol.v1.WorkloadProgress;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jboss.logging.Logger;

/** Converges every placed namespace on its revision and reports each step of it. */
public final class Mover implements AutoCloseable {
    private static final Logger LOG = Logger.getLogger(Mover.class);
    private static final Duration WHILE_MOVING = Duration.ofSeconds(1);
    private static final Duration AT_REST = Duration.ofSeconds(10);

    /** When the first workload of a namespace was restarted for a revision. */
    private record Restart(String value, Instant time) {}

    private final DesiredState state;
    private final Progress progress;
    private final KubeApi api;
    private final NamespaceReader reader;
    private final Uplink uplink;
    private final InstantSource clock;
    private final Loop loop = new Loop("move", this::run);
    private final Map<String, Movement> reported = new ConcurrentHashMap<>();
    private final Map<String, Restart> restarts = new HashMap<>();

    public Mover(DesiredState state, Progress progress, KubeApi api, Uplink uplink, InstantSource clock) {
        this.state = state;
        this.progress = progress;
        this.api = api;
        this.reader = new NamespaceReader(api);
        this.uplink = uplink;
        this.clock = clock;
        state.onChange(loop::wake);
        progress.onChange(loop::wake);
    }

    public void start() {
        loop.start();
    }

    @Override
    public void close() {
        loop.close();
    }

    /** A new stream knows nothing: every placement is reported once more. */
    public void connected() {
        reported.clear();
        loop.wake();
    }

    private Duration run() {
        Set<String> placed = new HashSet<>();
        List<Looked> looks = new ArrayList<>();
        boolean settled = true;
        for (Document document : state.documents("Placement")) {
            try {
                PlacementSpec spec = PlacementSpec.of(document);
                placed.add(spec.namespace());
                look(spec).ifPresent(looks::add);
            } catch (IllegalArgumentException e) {
                LOG.warnf("placement %s is not usable: %s", document.name(), e.getMessage());
            } catch (KubeRefusal refusal) {
                settled = false;
                LOG.warnf("moving %s: %s", document.name(), refusal.getMessage());
            }
        }
        settled &= converge(looks);
        reported.keySet().retainAll(placed);
        return settled ? AT_REST : WHILE_MOVING;
    }

    /** A namespace as it was seen in this round, and how many of its workloads were under way. */
    private record Looked(PlacementSpec spec, NamespaceSeen seen, int underway) {}

    private Optional<Looked> look(PlacementSpec spec) {
        Optional<Looked> looked =
                reader.look(spec).map(seen -> new Looked(spec, seen, Move.underway(spec, seen, clock.instant())));
        if (looked.isEmpty()) {
            Move none =
                    new Move(false, List.of(), Move.State.WAITING, "NamespaceNotFound", "there is no such namespace");
            report(spec, none, new NamespaceSeen(Map.of(), "", List.of()));
        }
        return looked;
    }

    /** At most one step of each; true when there is nothing more to do. What begins in one leaves less to the next. */
    private boolean converge(List<Looked> looks) {
        int underway = looks.stream().mapToInt(Looked::underway).sum();
        boolean settled = true;
        for (Looked look : looks) {
            try {
                Move move = converge(look, underway - look.underway());
                underway += move.restarts().size();
                settled &= move.state() == Move.State.MOVED || move.state() == Move.State.FAILED;
            } catch (KubeRefusal refusal) {
                settled = false;
                LOG.warnf("moving %s: %s", look.spec().namespace(), refusal.getMessage());
            }
        }
        return settled;
    }

    private Move converge(Looked look, int elsewhere) {
        PlacementSpec spec = look.spec();
        Move move = Move.decide(spec, look.seen(), isInPlace(spec.requires()), elsewhere, clock.instant());
        if (move.relabel()) {
            relabel(spec);
        }
        move.restarts().forEach(workload -> restart(spec, workload));
        report(spec, move, look.seen());
        return move;
    }

    /** True when the layer is acknowledged as it is desired now; a former digest says nothing of it. */
    private boolean isInPlace(String layer) {
        return layer.isEmpty()
                || state.current()
                        .layer(layer)
                        .filter(wanted -> wanted.digest().equals(progress.digestOf(layer)))
                        .isPresent();
    }

    private void relabel(PlacementSpec spec) {
        String path = "/api/v1/namespaces/" + spec.namespace();
        JsonNode namespace = api.get(path).orElseGet(Json::object);
        api.patch(
                path + "?fieldManager=weft-mover", KubeApi.JSON_PATCH, Json.write(NamespacePatch.of(spec, namespace)));
        LOG.infof("namespace %s: label %s is now %s", spec.namespace(), spec.label(), spec.value());
    }

    private void restart(PlacementSpec spec, Workload workload) {
        ObjectNode patch = Json.object();
        ObjectNode annotations = patch.withObject("/spec/template/metadata/annotations");
        annotations.put(NamespaceReader.PLACED, spec.value());
        if (workload.placed().equals(spec.value())) {
            annotations.put(NamespaceReader.PLACED_AGAIN, clock.instant().toString());
        } else {
            annotations.putNull(NamespaceReader.PLACED_AGAIN);
        }
        api.patch(
                NamespaceReader.collection(spec.namespace(), workload.kind()) + "/" + workload.name()
                        + "?fieldManager=weft-mover",
                KubeApi.MERGE_PATCH,
                Json.write(patch));
        Restart known = restarts.get(spec.namespace());
        if (known == null || !known.value().equals(spec.value())) {
            restarts.put(spec.namespace(), new Restart(spec.value(), clock.instant()));
        }
        LOG.infof("%s/%s restarts for revision %s", spec.namespace(), workload, spec.value());
    }

    private void report(PlacementSpec spec, Move move, NamespaceSeen seen) {
        Movement.Builder movement = Movement.newBuilder()
                .setNamespace(spec.namespace())
                .setRevision(spec.value())
                .setPlacementDigest(spec.layerDigest())
                .setState(move.state().text())
                .setReason(move.reason())
                .setMessage(move.message());
        seen.workloads().stream()
                .filter(workload -> workload.without().isEmpty())
                .forEach(workload -> movement.addWorkloads(WorkloadProgress.newBuilder()
                        .setKind(workload.kind())
                        .setName(workload.name())
                        .setDesired(workload.desired())
                        .setReady(workload.ready())
                        .setRemaining(workload.remaining())));
        movement.putAllLabelsBefore(labelsBefore(spec));
        times(spec, seen, movement);
        Movement now = movement.build();
        if (!now.equals(reported.get(spec.namespace()))
                && uplink.send(AgentMessage.newBuilder().setMovement(now).build())) {
            reported.put(spec.namespace(), now);
        }
    }

    private Map<String, String> labelsBefore(PlacementSpec spec) {
        return api.get("/api/v1/namespaces/" + spec.namespace())
                .map(namespace -> NamespacePatch.before(spec, namespace))
                .orElse(Map.of());
    }

    private void times(PlacementSpec spec, NamespaceSeen seen, Movement.Builder movement) {
        Restart known = restarts.get(spec.namespace());
        if (known != null && known.value().equals(spec.value())) {
            movement.setFirstRestartTime(Times.stamp(known.time()));
        } else {
            // Restarted by an earlier run of the agent: the first pod of the new template says when.
            seen.workloads().stream()
                    .filter(workload -> workload.placed().equals(spec.value()))
                    .map(Workload::firstCreated)
                    .filter(created -> created.isBefore(Instant.MAX))
                    .min(Instant::compareTo)
                    .ifPresent(created -> movement.setFirstRestartTime(Times.stamp(created)));
        }
        Instant last = seen.workloads().stream()
                .map(Workload::lastReady)
                .max(Instant::compareTo)
                .orElse(Instant.EPOCH);
        if (last.isAfter(Instant.EPOCH)) {
            movement.setLastReadyTime(Times.stamp(last));
        }
    }
}
