package io.weft.agent.connect;

import io.grpc.ManagedChannel;
import io.grpc.stub.ClientCallStreamObserver;
import io.grpc.stub.ClientResponseObserver;
import io.weft.protocol.v1.AgentGrpc;
import io.weft.protocol.v1.AgentMessage;
import io.weft.protocol.v1.HubMessage;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/** One open stream. Messages of the hub wait in order for the connection's own thread; nothing runs on gRPC's. */
final class Stream implements ClientResponseObserver<AgentMessage, HubMessage> {
    /** What came from the hub, or the end. */
    sealed interface Event {
        record Message(HubMessage message) implements Event {}

        record Closed(@Nullable Throwable cause) implements Event {}
    }

    /** A hub that sends faster than the agent reads is slowed down by flow control at this depth. */
    private static final int AHEAD = 16;

    private static final Logger LOG = Logger.getLogger(Stream.class);

    private final BlockingQueue<Event> events = new LinkedBlockingQueue<>();
    private volatile @Nullable ClientCallStreamObserver<AgentMessage> up;
    private final Outbox outbox = new Outbox(this::ready, this::hand);
    private volatile boolean closed;

    static Stream open(ManagedChannel channel) {
        Stream stream = new Stream();
        AgentGrpc.newStub(channel).connect(stream);
        return stream;
    }

    @Override
    public void beforeStart(ClientCallStreamObserver<AgentMessage> requests) {
        requests.disableAutoRequestWithInitial(AHEAD);
        up = requests;
    }

    /** Sends, or lets it wait, as {@link Outbox} says; false when the stream is closed or its sender has to try again. */
    synchronized boolean send(AgentMessage message) {
        ClientCallStreamObserver<AgentMessage> requests = up;
        if (closed || requests == null) {
            return false;
        }
        try {
            return outbox.offer(message);
        } catch (IllegalStateException _) {
            return false;
        }
    }

    /** Sends what waited for a hub that did not read. */
    synchronized void flush() {
        if (!closed && up != null) {
            try {
                outbox.flush();
            } catch (IllegalStateException _) {
                LOG.debug("the stream ended with messages waiting");
            }
        }
    }

    private void hand(AgentMessage message) {
        ClientCallStreamObserver<AgentMessage> requests = up;
        if (requests != null) {
            requests.onNext(message);
        }
    }

    boolean ready() {
        ClientCallStreamObserver<AgentMessage> requests = up;
        return !closed && requests != null && requests.isReady();
    }

    /** The next event, null when none came in time. */
    @Nullable
    Event next(long millis) throws InterruptedException {
        Event event = events.poll(millis, TimeUnit.MILLISECONDS);
        ClientCallStreamObserver<AgentMessage> requests = up;
        if (event instanceof Event.Message && requests != null) {
            requests.request(1);
        }
        return event;
    }

    synchronized void close() {
        if (!closed && up != null) {
            closed = true;
            up.onCompleted();
        }
    }

    @Override
    public void onNext(HubMessage message) {
        events.add(new Event.Message(message));
    }

    @Override
    public void onError(Throwable cause) {
        closed = true;
        events.add(new Event.Closed(cause));
    }

    @Override
    public void onCompleted() {
        closed = true;
        events.add(new Event.Closed(null));
    }
}
