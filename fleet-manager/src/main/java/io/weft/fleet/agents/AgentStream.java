package io.weft.fleet.agents;

import com.google.protobuf.Duration;
import io.grpc.Status;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import io.weft.fleet.inventory.InventoryIngest;
import io.weft.fleet.telemetry.TelemetryIngest;
import io.weft.fleet.telemetry.WireTime;
import io.weft.protocol.v1.AgentMessage;
import io.weft.protocol.v1.Applied;
import io.weft.protocol.v1.Hello;
import io.weft.protocol.v1.HubMessage;
import io.weft.protocol.v1.InventoryDigest;
import io.weft.protocol.v1.InventoryWanted;
import io.weft.protocol.v1.LayerAck;
import io.weft.protocol.v1.Welcome;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.jboss.logging.Logger;

/**
 * One agent's stream. Messages come one after the other on a virtual thread and may use the database; the next one is asked
 * for when the one before is done, so a slow hub slows its agents down instead of queueing.
 */
final class AgentStream implements StreamObserver<AgentMessage> {
    static final long HEARTBEAT_SECONDS = 15;

    private static final Logger LOG = Logger.getLogger(AgentStream.class);

    private final Caller caller;
    private final ServerCallStreamObserver<HubMessage> call;
    private final Reports reports;
    private final Sessions sessions;
    private final Outbox outbox;
    private final InventoryIngest.Flow inventory;
    private final TelemetryIngest.Flow telemetry;
    private final AtomicReference<Optional<Instant>> connectTime = new AtomicReference<>(Optional.empty());
    private final AtomicBoolean ended = new AtomicBoolean();

    AgentStream(
            Caller caller,
            ServerCallStreamObserver<HubMessage> call,
            Reports reports,
            Sessions sessions,
            DesiredStates states) {
        this.caller = caller;
        this.call = call;
        this.reports = reports;
        this.sessions = sessions;
        this.outbox = new Outbox(call, caller, states);
        this.inventory = reports.inventory().open(caller.agent());
        this.telemetry = reports.telemetry()
                .open(
                        caller.agent(),
                        accepted -> outbox.answer(HubMessage.newBuilder()
                                .setTelemetryAccepted(accepted)
                                .build()));
    }

    void start() {
        call.disableAutoRequest();
        call.setOnReadyHandler(outbox::wake);
        call.setOnCancelHandler(() -> end(Status.CANCELLED));
        outbox.start();
        call.request(1);
    }

    Caller caller() {
        return caller;
    }

    void offer(long version) {
        outbox.offer(version);
    }

    void drain() {
        outbox.drain();
    }

    /** Ends the stream from the hub's side. */
    void close(Status status) {
        end(status);
    }

    @Override
    public void onNext(AgentMessage message) {
        try {
            if (outbox.isClosed()) {
                return;
            }
            if (!message.hasHello() && !outbox.isGreeted()) {
                end(Status.INVALID_ARGUMENT.withDescription("The first message of a stream is Hello"));
                return;
            }
            take(message);
            call.request(1);
        } catch (RuntimeException e) {
            LOG.errorf(
                    e, "agents.reportFailed cluster=%s kind=%s", caller.agent().cluster(), message.getKindCase());
            end(Status.UNAVAILABLE.withDescription("The hub cannot store this report now: connect again"));
        }
    }

    private void take(AgentMessage message) {
        reports.presence().heard(caller.agent());
        switch (message.getKindCase()) {
            case HELLO -> greet(message.getHello());
            case BODIES_WANTED -> outbox.want(message.getBodiesWanted().getDigestsList());
            case APPLIED -> applied(message.getApplied());
            case REJECTED -> reports.rejections().rejected(caller, message.getRejected());
            case MOVEMENT -> reports.movements().moved(caller, message.getMovement());
            case PROBE_RESULT -> reports.probes().ran(caller, message.getProbeResult());
            case INVENTORY_DIGEST -> compare(message.getInventoryDigest());
            case INVENTORY_CHANGE -> inventory.change(message.getInventoryChange());
            case TELEMETRY_BATCH -> telemetry.receive(message.getTelemetryBatch());
            case OBSERVATION -> reports.observations().observed(caller, message.getObservation());
            case HEARTBEAT -> {} // it was heard: that is all
            case KIND_NOT_SET ->
                LOG.debugf("agents.unknownMessage cluster=%s", caller.agent().cluster());
        }
    }

    private void greet(Hello hello) {
        if (!outbox.hello(hello.getRegistrationEpoch(), hello.getAppliedVersion())) {
            end(
                    Status.FAILED_PRECONDITION.withDescription(
                            "RegistrationEpoch: the agent's registration epoch is not the one of its certificate, or Hello came twice"));
            return;
        }
        Optional<AgentLinks.Connected> connected = reports.links().connected(caller, hello);
        if (connected.isEmpty()) {
            end(
                    Status.PERMISSION_DENIED.withDescription(
                            "ClusterCopied: the registration has ended, or it belongs to another cluster (kube-system has another UID)"));
            return;
        }
        connectTime.set(Optional.of(connected.get().connectTime()));
        outbox.holds(hello.getLayersList().stream().map(LayerAck::getDigest).toList());
        outbox.answer(HubMessage.newBuilder()
                .setWelcome(Welcome.newBuilder()
                        .setHubTime(WireTime.write(connected.get().connectTime()))
                        .setHeartbeatInterval(Duration.newBuilder().setSeconds(HEARTBEAT_SECONDS)))
                .build());
        sessions.add(this);
        acknowledgeAgain(hello);
        outbox.offer(connected.get().compiledVersion());
    }

    /** What the agent applied while nobody heard it, or what was heard and not written. */
    private void acknowledgeAgain(Hello hello) {
        if (hello.getAppliedVersion() > 0) {
            reports.acknowledgements()
                    .applied(
                            caller,
                            Applied.newBuilder()
                                    .setVersion(hello.getAppliedVersion())
                                    .setRegistrationEpoch(hello.getRegistrationEpoch())
                                    .addAllLayers(hello.getLayersList())
                                    .setComplete(true)
                                    .build());
        }
    }

    private void applied(Applied applied) {
        reports.acknowledgements().applied(caller, applied);
        outbox.holds(applied.getLayersList().stream().map(LayerAck::getDigest).toList());
        outbox.applied(applied.getVersion(), applied.getNonce(), applied.getComplete());
    }

    private void compare(InventoryDigest digest) {
        if (inventory.isWanted(digest)) {
            outbox.answer(HubMessage.newBuilder()
                    .setInventoryWanted(InventoryWanted.newBuilder().setAll(true))
                    .build());
        }
    }

    @Override
    public void onError(Throwable failure) {
        end(Status.fromThrowable(failure));
    }

    @Override
    public void onCompleted() {
        end(Status.OK);
    }

    private void end(Status status) {
        outbox.close(status);
        if (!ended.compareAndSet(false, true)) {
            return;
        }
        LOG.infof("agents.disconnected cluster=%s code=%s", caller.agent().cluster(), status.getCode());
        sessions.remove(this);
        // Not on this thread: a gRPC callback must not wait for the database.
        Thread.ofVirtual().name("agent-end").start(this::writeEnd);
    }

    private void writeEnd() {
        try {
            connectTime.get().ifPresent(time -> reports.links().disconnected(caller.agent(), time));
        } catch (RuntimeException e) {
            LOG.warnf("agents.endNotWritten cluster=%s cause=%s", caller.agent().cluster(), e.getMessage());
        }
    }
}
