package io.weft.agent.apply;

import io.weft.agent.kube.Json;
import io.weft.agent.kube.KubeRefusal;
import io.weft.agent.plan.Snapshot;
import io.weft.agent.report.Uplink;
import io.weft.protocol.v1.AgentMessage;
import io.weft.protocol.v1.BodiesWanted;
import io.weft.protocol.v1.BodyChunk;
import io.weft.protocol.v1.BodyRef;
import io.weft.protocol.v1.Desired;
import io.weft.protocol.v1.Layer;
import io.weft.protocol.v1.Phase;
import io.weft.protocol.v1.Reason;
import io.weft.protocol.v1.Rejected;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * The newest desired state whose bodies are all here. A newer one that is still incomplete waits beside it; an older one
 * is refused. What was accepted is kept in the cluster, so that the agent goes on with the hub gone.
 */
public final class DesiredState {
    private static final Logger LOG = Logger.getLogger(DesiredState.class);

    private final Bodies bodies = new Bodies();
    private final StateStore store;
    private final Uplink uplink;
    private final List<Runnable> listeners = new CopyOnWriteArrayList<>();
    private Desired wire = Desired.getDefaultInstance();
    private volatile Snapshot current = Snapshot.NONE;
    private @Nullable Desired waiting;
    private boolean unsaved;

    public DesiredState(StateStore store, Uplink uplink) {
        this.store = store;
        this.uplink = uplink;
    }

    /** Takes up what an earlier run of the agent left in the cluster. */
    public synchronized void load() {
        store.load().ifPresent(saved -> {
            saved.bodies().forEach(bodies::addRaw);
            wire = saved.desired();
            current = Snapshot.of(wire);
            LOG.infof("going on with state version %d from the cluster", (Object) current.version());
        });
        changed();
    }

    /** A newer state from the hub. Asks for bodies that are not here; refuses an older (epoch, version). */
    public synchronized void receive(Desired desired) {
        Snapshot incoming = Snapshot.of(desired);
        if (incoming.isOlderThan(current)) {
            refuse(
                    desired,
                    "OlderVersion",
                    "version " + desired.getVersion() + " of registration epoch "
                            + desired.getRegistrationEpoch() + " is older than " + current.version() + " of epoch "
                            + current.epoch() + ", which this agent holds");
            return;
        }
        try {
            takeInlineBodies(desired);
        } catch (IllegalArgumentException e) {
            refuse(desired, "Invalid", String.valueOf(e.getMessage()));
            return;
        }
        waiting = withoutBodies(desired);
        acceptWhenComplete(true);
    }

    public synchronized void receive(BodyChunk chunk) {
        Desired pending = waiting;
        if (pending == null) {
            return;
        }
        try {
            if (bodies.add(chunk)) {
                acceptWhenComplete(false);
            }
        } catch (IllegalArgumentException e) {
            refuse(pending, "Invalid", String.valueOf(e.getMessage()));
        }
    }

    public synchronized void disconnected() {
        waiting = null;
        bodies.forgetParts();
    }

    public Snapshot current() {
        return current;
    }

    /** The raw JSON of a body of the current state. */
    byte[] body(String digest) {
        return bodies.raw(digest);
    }

    /** Documents of one kind in the current state, each with the digest of the layer it came in. */
    public List<Document> documents(String kind) {
        List<Document> documents = new ArrayList<>();
        for (Snapshot.Layer layer : current.layers()) {
            layer.items()
                    .filter(item -> item.key().isDocument() && item.key().kind().equals(kind))
                    .map(item -> new Document(
                            item.key().name(), item.digest(), layer.digest(), Json.read(bodies.raw(item.digest()))))
                    .forEach(documents::add);
        }
        return documents;
    }

    /** Called, on the thread that brought it, whenever another state is current. */
    public void onChange(Runnable listener) {
        listeners.add(listener);
    }

    /** Tries again to keep the state in the cluster where that failed. */
    synchronized void saveIfNeeded() {
        if (unsaved) {
            save();
        }
    }

    private void acceptWhenComplete(boolean ask) {
        Desired pending = waiting;
        if (pending == null) {
            return;
        }
        Snapshot incoming = Snapshot.of(pending);
        Set<String> missing = incoming.missing(bodies.digests());
        if (missing.isEmpty()) {
            waiting = null;
            wire = pending;
            current = incoming;
            bodies.retain(incoming.items().map(Snapshot.Item::digest).toList());
            changed();
            save();
        } else if (ask) {
            uplink.send(AgentMessage.newBuilder()
                    .setBodiesWanted(BodiesWanted.newBuilder().addAllDigests(missing))
                    .build());
        }
    }

    private void save() {
        try {
            store.save(wire, bodies);
            unsaved = false;
        } catch (KubeRefusal e) {
            unsaved = true;
            LOG.warnf(
                    "state version %d could not be kept in the cluster yet: %s",
                    (Object) current.version(), e.getMessage());
        }
    }

    private void changed() {
        listeners.forEach(Runnable::run);
    }

    private void takeInlineBodies(Desired desired) {
        for (Layer layer : desired.getLayersList()) {
            for (Phase phase : layer.getPhasesList()) {
                for (BodyRef body : phase.getBodiesList()) {
                    if (!body.getGzipInline().isEmpty()) {
                        bodies.add(body.getDigest(), body.getGzipInline().toByteArray());
                    }
                }
            }
        }
    }

    private static Desired withoutBodies(Desired desired) {
        Desired.Builder stripped = desired.toBuilder();
        stripped.getLayersBuilderList()
                .forEach(layer -> layer.getPhasesBuilderList()
                        .forEach(phase -> phase.getBodiesBuilderList().forEach(BodyRef.Builder::clearGzipInline)));
        return stripped.build();
    }

    private void refuse(Desired desired, String code, String message) {
        LOG.warnf("desired state refused: %s", message);
        uplink.send(AgentMessage.newBuilder()
                .setRejected(Rejected.newBuilder()
                        .setVersion(desired.getVersion())
                        .setRegistrationEpoch(desired.getRegistrationEpoch())
                        .setNonce(desired.getNonce())
                        .addReasons(Reason.newBuilder().setCode(code).setMessage(message)))
                .build());
    }
}
