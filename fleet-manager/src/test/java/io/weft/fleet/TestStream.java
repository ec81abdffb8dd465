package io.weft.fleet;

import io.grpc.Status;
import io.grpc.stub.StreamObserver;
import io.weft.protocol.v1.AgentGrpc;
import io.weft.protocol.v1.AgentMessage;
import io.weft.protocol.v1.Hello;
import io.weft.protocol.v1.HubMessage;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/** The agent's end of a stream: says what a test wants, keeps what it hears. */
public final class TestStream implements StreamObserver<HubMessage> {
    private static final int PATIENCE_SECONDS = 20;

    private final BlockingQueue<HubMessage> heard = new LinkedBlockingQueue<>();
    private final CompletableFuture<Status> end = new CompletableFuture<>();
    private @Nullable StreamObserver<AgentMessage> up;

    static TestStream open(AgentGrpc.AgentStub stub) {
        TestStream stream = new TestStream();
        stream.up = stub.connect(stream);
        return stream;
    }

    void hello(long registrationEpoch, long appliedVersion) {
        say(AgentMessage.newBuilder()
                .setHello(Hello.newBuilder()
                        .setAgentVersion("test")
                        .setClusterUid(TestAgent.CLUSTER_UID)
                        .setKubernetesVersion(TestAgent.KUBERNETES_VERSION)
                        .setRegistrationEpoch(registrationEpoch)
                        .setAppliedVersion(appliedVersion))
                .build());
    }

    public void say(AgentMessage message) {
        if (up != null) {
            up.onNext(message);
        }
    }

    /** The next message of a kind; others before it are skipped. */
    public HubMessage await(HubMessage.KindCase kind) throws InterruptedException {
        HubMessage message;
        do {
            message = heard.poll(PATIENCE_SECONDS, TimeUnit.SECONDS);
            if (message == null) {
                throw new AssertionError("No " + kind + " came; stream ended: " + end);
            }
        } while (message.getKindCase() != kind);
        return message;
    }

    /** The next message of any kind, if one comes in time. */
    public Optional<HubMessage> next(Duration within) throws InterruptedException {
        return Optional.ofNullable(heard.poll(within.toMillis(), TimeUnit.MILLISECONDS));
    }

    /** What came and was not asked for yet. */
    public List<HubMessage> rest() {
        return List.copyOf(heard);
    }

    /** How the hub ended the stream. */
    public Status end(int withinSeconds) throws Exception {
        try {
            return end.get(withinSeconds, TimeUnit.SECONDS);
        } catch (TimeoutException _) {
            throw new AssertionError("The stream is still open after " + withinSeconds + " s");
        }
    }

    public void hangUp() {
        if (up != null) {
            up.onCompleted();
        }
    }

    @Override
    public void onNext(HubMessage message) {
        heard.add(message);
    }

    @Override
    public void onError(Throwable failure) {
        end.complete(Status.fromThrowable(failure));
    }

    @Override
    public void onCompleted() {
        end.complete(Status.OK);
    }
}
