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

    private final BlockingQueue<Event> events = new LinkedBlockingQueue<>();
    private volatile @Nullable ClientCallStreamObserver<AgentMessage> up;
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

    /** Sends unless the stream is closed. */
    synchronized boolean send(AgentMessage message) {
        ClientCallStreamObserver<AgentMessage> requests = up;
        if (closed || requests == null) {
            return false;
        }
        try {
            requests.onNext(message);
            return true;
        } catch (IllegalStateException _) {
            return false;
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
