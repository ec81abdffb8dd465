package io.weft.agent.apply;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.weft.agent.kube.Json;
import io.weft.agent.plan.ObjectKey;
import io.weft.agent.plan.Snapshot;
import io.weft.agent.report.Uplink;
import io.weft.protocol.v1.AgentMessage;
import io.weft.protocol.v1.Applied;
import io.weft.protocol.v1.LayerAck;
import io.weft.protocol.v1.Observation;
import io.weft.protocol.v1.Reason;
import io.weft.protocol.v1.Rejected;
import java.time.InstantSource;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Collectors;

/** What the agent has reached, told to the hub whenever it changes, and to other parts of the agent on demand. */
public final class Progress {
    private static final int MAX_REASONS = 100;

    private final Uplink uplink;
    private final InstantSource clock;
    private final List<Runnable> listeners = new CopyOnWriteArrayList<>();
    private volatile List<LayerAck> layers = List.of();
    private volatile long completeVersion;
    private Applied applied = Applied.getDefaultInstance();
    private Rejected rejected = Rejected.getDefaultInstance();

    public Progress(Uplink uplink, InstantSource clock) {
        this.uplink = uplink;
        this.clock = clock;
    }

    /** Layers that are applied and checked. */
    public List<LayerAck> layers() {
        return layers;
    }

    /** Newest version that was wholly applied by this process; 0 = none. */
    public long completeVersion() {
        return completeVersion;
    }

    /** Digest in which the layer is acknowledged, "" = not. */
    public String digestOf(String layer) {
        return layers.stream()
                .filter(ack -> ack.getName().equals(layer))
                .map(LayerAck::getDigest)
                .findFirst()
                .orElse("");
    }

    /** Called whenever a layer was acknowledged or withdrawn. */
    public void onChange(Runnable listener) {
        listeners.add(listener);
    }

    /** A new stream knows nothing: the next report is sent even if nothing changed. */
    public synchronized void connected() {
        applied = Applied.getDefaultInstance();
        rejected = Rejected.getDefaultInstance();
    }

    /** Tells the hub what changed; true when layers were acknowledged or withdrawn. */
    synchronized boolean report(Snapshot snapshot, List<LayerAck> acks, boolean complete, List<Reason> reasons) {
        boolean moved = !acks.equals(layers);
        layers = List.copyOf(acks);
        if (complete) {
            completeVersion = snapshot.version();
        }
        Applied nowApplied = Applied.newBuilder()
                .setVersion(snapshot.version())
                .setRegistrationEpoch(snapshot.epoch())
                .setNonce(snapshot.nonce())
                .addAllLayers(acks)
                .setComplete(complete)
                .build();
        if (hasHealed(reasons)) {
            applied = Applied.getDefaultInstance(); // the hub took it for failed; only an Applied takes that back
        }
        if (!nowApplied.equals(applied)
                && uplink.send(AgentMessage.newBuilder().setApplied(nowApplied).build())) {
            applied = nowApplied;
            if (!reasons.isEmpty()) {
                rejected = Rejected.getDefaultInstance(); // the last word is what is still refused
            }
        }
        reportReasons(snapshot, reasons);
        if (moved) {
            listeners.forEach(Runnable::run);
        }
        return moved;
    }

    void drifted(ObjectKey key, String how) {
        ArrayNode objects = Json.array();
        ObjectNode object = objects.addObject();
        object.put("object", key.toString())
                .put("how", how)
                .put("time", clock.instant().toString());
        uplink.send(AgentMessage.newBuilder()
                .setObservation(Observation.newBuilder().setSubject("drift").setBodyJson(Json.write(objects)))
                .build());
    }

    /** True when a refusal that the hub was told of is over. */
    private boolean hasHealed(List<Reason> reasons) {
        Set<Reason> still = reasons.stream().map(Progress::what).collect(Collectors.toSet());
        return rejected.getReasonsList().stream().map(Progress::what).anyMatch(told -> !still.contains(told));
    }

    private static Reason what(Reason reason) {
        return reason.toBuilder().clearMessage().clearField().build();
    }

    private void reportReasons(Snapshot snapshot, List<Reason> reasons) {
        Rejected now = Rejected.newBuilder()
                .setVersion(snapshot.version())
                .setRegistrationEpoch(snapshot.epoch())
                .setNonce(snapshot.nonce())
                .addAllReasons(reasons.stream().limit(MAX_REASONS).toList())
                .build();
        boolean nothingToSay = reasons.isEmpty() && rejected.getReasonsCount() == 0;
        if (!nothingToSay
                && !now.equals(rejected)
                && uplink.send(AgentMessage.newBuilder().setRejected(now).build())) {
            rejected = now;
        }
    }
}
