package io.weft.fleet.agents;

import com.google.protobuf.ByteString;
import io.grpc.Status;
import io.grpc.stub.ServerCallStreamObserver;
import io.weft.protocol.v1.BodyChunk;
import io.weft.protocol.v1.Desired;
import io.weft.protocol.v1.HubMessage;
import io.weft.protocol.v1.Layer;
import io.weft.protocol.v1.Phase;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Deque;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * The one thread that writes to a stream, and only while the stream is ready: an agent that does not read costs one slot, a
 * bounded queue of answers and at most one body. Answers go first, then desired state, then bodies asked for.
 */
final class Outbox {
    static final int CHUNK_BYTES = 256 * 1024;
    static final int MAX_ANSWERS = 1024;

    private static final Logger LOG = Logger.getLogger(Outbox.class);

    private final ServerCallStreamObserver<HubMessage> call;
    private final Caller caller;
    private final DesiredStates states;
    private final AgentSession session;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final Deque<HubMessage> answers = new ArrayDeque<>();
    private final Set<String> offered = new HashSet<>();
    private final Set<String> held = new HashSet<>();
    private final LinkedHashSet<String> wanted = new LinkedHashSet<>();
    private @Nullable Body body;
    private @Nullable Status end;

    Outbox(ServerCallStreamObserver<HubMessage> call, Caller caller, DesiredStates states) {
        this.call = call;
        this.caller = caller;
        this.states = states;
        this.session = new AgentSession(caller.registrationEpoch());
    }

    void start() {
        Thread.ofVirtual().name("agent-outbox-" + caller.agent().cluster()).start(this::run);
    }

    /** The stream may be ready again. */
    void wake() {
        locked(() -> {});
    }

    boolean hello(long agentEpoch, long appliedVersion) {
        boolean[] greeted = new boolean[1];
        locked(() -> greeted[0] = session.hello(agentEpoch, appliedVersion));
        return greeted[0];
    }

    boolean isGreeted() {
        boolean[] greeted = new boolean[1];
        locked(() -> greeted[0] = session.isGreeted());
        return greeted[0];
    }

    void offer(long version) {
        locked(() -> session.offer(version));
    }

    void applied(long version, String nonce, boolean complete) {
        locked(() -> {
            if (complete) {
                session.applied(version, nonce);
            }
        });
    }

    /** The agent has these layers: their bodies need not travel again. */
    void holds(Collection<String> layerDigests) {
        locked(() -> held.addAll(layerDigests));
    }

    void answer(HubMessage message) {
        locked(() -> {
            if (answers.size() < MAX_ANSWERS) {
                answers.add(message);
            } else {
                end(Status.RESOURCE_EXHAUSTED.withDescription("The agent does not read: connect again"));
            }
        });
    }

    /** Bodies that the last desired state named; others are not given out. */
    void want(Collection<String> digests) {
        locked(() -> digests.stream().filter(offered::contains).forEach(wanted::add));
    }

    void drain() {
        locked(session::drain);
    }

    /** Ends the stream; the first reason counts. */
    void close(Status status) {
        locked(() -> end(status));
    }

    boolean isClosed() {
        boolean[] closed = new boolean[1];
        locked(() -> closed[0] = session.isClosed());
        return closed[0];
    }

    private void end(Status status) {
        if (end == null) {
            end = status;
            session.close(status.getCode().name());
        }
    }

    private void locked(Runnable change) {
        lock.lock();
        try {
            change.run();
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    private void run() {
        try {
            while (step()) {
                // each step sends one message
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        } catch (RuntimeException e) {
            LOG.errorf(e, "agents.sendFailed cluster=%s", caller.agent().cluster());
            close(Status.UNAVAILABLE.withDescription("The hub cannot read its database now: connect again"));
        }
        finish();
    }

    /** Waits for something to send, then sends it; false: the stream is over. */
    private boolean step() throws InterruptedException {
        Optional<HubMessage> answer;
        boolean desired;
        Optional<String> digest = Optional.empty();
        lock.lock();
        try {
            while (!session.isClosed() && !(call.isReady() && hasWork())) {
                changed.await();
            }
            if (session.isClosed()) {
                return false;
            }
            answer = Optional.ofNullable(answers.poll());
            desired = answer.isEmpty() && session.due().isPresent();
            if (answer.isEmpty() && !desired && body == null) {
                digest = Optional.of(wanted.removeFirst());
            }
        } finally {
            lock.unlock();
        }
        if (answer.isPresent()) {
            call.onNext(answer.get());
        } else if (desired) {
            sendDesired();
        } else {
            sendChunk(digest);
        }
        return true;
    }

    private boolean hasWork() {
        return !answers.isEmpty() || session.due().isPresent() || body != null || !wanted.isEmpty();
    }

    private void sendDesired() {
        String nonce = UUID.randomUUID().toString();
        Set<String> known = new HashSet<>();
        locked(() -> known.addAll(held));
        Optional<Desired> newest = states.newest(caller, nonce, known);
        if (newest.isEmpty()) {
            close(Revocations.ENDED);
            return;
        }
        locked(() -> {
            session.sending(newest.get().getVersion(), nonce);
            remember(newest.get());
        });
        call.onNext(HubMessage.newBuilder().setDesired(newest.get()).build());
    }

    private void remember(Desired desired) {
        offered.clear();
        for (Layer layer : desired.getLayersList()) {
            for (Phase phase : layer.getPhasesList()) {
                phase.getBodiesList().forEach(ref -> offered.add(ref.getDigest()));
            }
        }
        wanted.retainAll(offered);
    }

    private void sendChunk(Optional<String> digest) {
        Body current = body;
        if (current == null) {
            current = digest.flatMap(wantedDigest ->
                            states.body(caller, wantedDigest).map(bytes -> new Body(wantedDigest, bytes, 0)))
                    .orElse(null);
            if (current == null) {
                return; // no longer stored: a newer version is on its way
            }
        }
        int to = Math.min(current.from() + CHUNK_BYTES, current.gzip().size());
        boolean last = to == current.gzip().size();
        call.onNext(HubMessage.newBuilder()
                .setBodyChunk(BodyChunk.newBuilder()
                        .setDigest(current.digest())
                        .setOffset(current.from())
                        .setData(current.gzip().substring(current.from(), to))
                        .setLast(last))
                .build());
        body = last ? null : new Body(current.digest(), current.gzip(), to);
    }

    private void finish() {
        Status status = end;
        try {
            if (!call.isCancelled()) {
                if (status == null || status.isOk()) {
                    call.onCompleted();
                } else {
                    call.onError(status.asRuntimeException());
                }
            }
        } catch (RuntimeException e) {
            LOG.debugf("agents.closeFailed cause=%s", e.getMessage()); // the connection went first
        }
    }

    /** A body on its way; {@code from} is the next byte to send. */
    private record Body(String digest, ByteString gzip, int from) {}
}
