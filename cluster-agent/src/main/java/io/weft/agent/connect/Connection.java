package io.weft.agent.connect;

import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.weft.agent.kube.KubeApi;
import io.weft.agent.loop.Broken;
import io.weft.agent.report.Times;
import io.weft.agent.report.Uplink;
import io.weft.protocol.v1.AgentMessage;
import io.weft.protocol.v1.Heartbeat;
import io.weft.protocol.v1.Hello;
import io.weft.protocol.v1.HubMessage;
import io.weft.protocol.v1.Welcome;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.random.RandomGenerator;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/** Keeps one stream to the hub open for as long as the agent runs: identity, greeting, heartbeats, renewal, return. */
public final class Connection implements Uplink, AutoCloseable {
    private static final Logger LOG = Logger.getLogger(Connection.class);
    private static final Duration USUAL_HEARTBEAT = Duration.ofSeconds(15);
    private static final Duration WELCOME_WITHIN = Duration.ofSeconds(20);
    private static final long LOOK_MILLIS = 1_000;

    /** Where the hub is and who this cluster says it is. */
    public record Settings(String gatewayUrl, String caPin, String clusterId, String clusterUid, Path tokenFile) {}

    private final Gateway gateway;
    private final Identities identities;
    private final HubTraffic traffic;
    private final InstantSource clock;
    private final RandomGenerator random;
    private final Backoff backoff;
    private volatile @Nullable Stream stream;
    private volatile boolean closed;
    private volatile @Nullable Thread thread;
    private boolean refused;

    public Connection(
            Settings settings,
            KubeApi api,
            String namespace,
            HubTraffic traffic,
            InstantSource clock,
            RandomGenerator random) {
        this.gateway = new Gateway(settings.gatewayUrl(), new PinnedTrust(settings.caPin()));
        Enroller enroller = new Enroller(gateway, settings.clusterId(), settings.clusterUid(), settings.tokenFile());
        this.identities = new Identities(new IdentityStore(api, namespace), enroller, settings.clusterId(), clock);
        this.traffic = traffic;
        this.clock = clock;
        this.random = random;
        this.backoff = new Backoff(random);
    }

    public void start() {
        thread = Thread.ofVirtual().name("connection").start(this::run);
    }

    @Override
    public void close() {
        closed = true;
        Thread running = thread;
        if (running != null) {
            running.interrupt();
        }
    }

    @Override
    public boolean send(AgentMessage message) {
        Stream open = stream;
        // Telemetry can wait and is much; of everything else a bounded amount goes out even when the stream is behind.
        boolean mayWait = message.getKindCase() == AgentMessage.KindCase.TELEMETRY_BATCH;
        return open != null && (!mayWait || open.ready()) && open.send(message);
    }

    private void run() {
        while (!closed) {
            try {
                serve(identities.current(refused));
            } catch (InterruptedException _) {
                closed = true;
            } catch (StatusRuntimeException e) {
                note(e.getStatus());
            } catch (RuntimeException e) {
                LOG.warnf("not connected to %s: %s", gateway, e.getMessage());
            } catch (Error e) {
                Broken.end("connection", e);
            }
            pause();
        }
    }

    private void serve(Identity identity) throws InterruptedException {
        ManagedChannel channel = gateway.channel(identity);
        Stream open = Stream.open(channel);
        boolean welcomed = false;
        try {
            open.send(AgentMessage.newBuilder().setHello(hello(identity)).build());
            welcomed = follow(channel, open, identity);
        } finally {
            stream = null;
            open.close();
            channel.shutdownNow();
            if (welcomed) {
                traffic.disconnected();
            }
        }
    }

    /** Serves one stream until it ends or the identity was renewed; true when the hub welcomed the agent. */
    private boolean follow(ManagedChannel channel, Stream open, Identity identity) throws InterruptedException {
        Instant opened = clock.instant();
        Instant renewAt = identity.renewAt(random);
        Instant lastBeat = opened;
        Duration beat = USUAL_HEARTBEAT;
        boolean welcomed = false;
        while (!closed) {
            Stream.Event event = open.next(LOOK_MILLIS);
            if (event instanceof Stream.Event.Closed end) {
                ended(end);
                return welcomed;
            }
            if (event instanceof Stream.Event.Message message) {
                if (message.message().getKindCase() == HubMessage.KindCase.WELCOME) {
                    beat = heartbeat(message.message().getWelcome());
                    welcomed = true;
                    welcome(open);
                } else if (welcomed) {
                    dispatch(message.message());
                }
            }
            open.flush();
            Instant now = clock.instant();
            if (!welcomed && opened.plus(WELCOME_WITHIN).isBefore(now)) {
                LOG.warnf("%s did not welcome this agent within %d s", gateway, (Object) WELCOME_WITHIN.toSeconds());
                return false;
            }
            if (lastBeat.plus(beat).isBefore(now)) {
                lastBeat = now;
                identities.saveIfNeeded();
                open.send(AgentMessage.newBuilder()
                        .setHeartbeat(Heartbeat.newBuilder().setAgentTime(Times.stamp(now)))
                        .build());
            }
            if (welcomed && now.isAfter(renewAt)) {
                renewAt = renewed(channel, identity) ? Instant.MIN : now.plusSeconds(60);
                if (renewAt.equals(Instant.MIN)) {
                    return true;
                }
            }
        }
        return welcomed;
    }

    private boolean renewed(ManagedChannel channel, Identity identity) {
        try {
            identities.renew(channel, identity);
            return true;
        } catch (StatusRuntimeException e) {
            LOG.warnf("renewal refused, trying again in a minute: %s", e.getStatus());
            return false;
        }
    }

    private Hello hello(Identity identity) {
        Hello.Builder hello =
                Hello.newBuilder().setRegistrationEpoch(identity.epoch()).setAgentTime(Times.stamp(clock.instant()));
        traffic.greet(hello);
        return hello.build();
    }

    private void welcome(Stream open) {
        LOG.infof("connected to %s", gateway);
        refused = false;
        backoff.succeeded();
        stream = open;
        traffic.connected();
    }

    private static Duration heartbeat(Welcome welcome) {
        long seconds = welcome.getHeartbeatInterval().getSeconds();
        return seconds > 0 && seconds <= 300 ? Duration.ofSeconds(seconds) : USUAL_HEARTBEAT;
    }

    private void dispatch(HubMessage message) {
        switch (message.getKindCase()) {
            case DESIRED -> traffic.desired(message.getDesired());
            case BODY_CHUNK -> traffic.body(message.getBodyChunk());
            case INVENTORY_WANTED -> traffic.inventoryWanted(message.getInventoryWanted());
            case TELEMETRY_ACCEPTED -> traffic.telemetryAccepted(message.getTelemetryAccepted());
            case WELCOME, KIND_NOT_SET -> LOG.debug("a message of a kind that this agent does not know");
        }
    }

    private void ended(Stream.Event.Closed end) {
        if (end.cause() == null) {
            LOG.infof("%s closed the stream", gateway);
        } else {
            note(Status.fromThrowable(end.cause()));
        }
    }

    private void note(Status status) {
        refused = status.getCode() == Status.Code.UNAUTHENTICATED || status.getCode() == Status.Code.PERMISSION_DENIED;
        Throwable cause = status.getCause();
        String why = cause == null || cause.getMessage() == null ? "" : " (" + cause.getMessage() + ")";
        String advice = refused ? "; a new join token in Secret weft-join is taken up by itself" : "";
        LOG.warnf("not connected to %s: %s %s%s%s", gateway, status.getCode(), status.getDescription(), why, advice);
    }

    private void pause() {
        if (!closed) {
            try {
                Thread.sleep(backoff.next());
            } catch (InterruptedException _) {
                closed = true;
            }
        }
    }
}
