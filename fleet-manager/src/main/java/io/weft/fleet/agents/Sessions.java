package io.weft.fleet.agents;

import io.grpc.Status;
import io.weft.fleet.signer.AgentIdentity;
import jakarta.inject.Singleton;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;

/** The live streams of this process, one per agent. */
@Singleton
final class Sessions {
    private final Map<AgentIdentity, AgentStream> streams = new ConcurrentHashMap<>();

    /** The newest connection of an agent replaces an older one, which is most likely dead and not yet noticed. */
    void add(AgentStream stream) {
        Optional.ofNullable(streams.put(stream.caller().agent(), stream))
                .filter(before -> before != stream)
                .ifPresent(before -> before.close(
                        Status.ABORTED.withDescription("Another connection of this agent has taken over")));
    }

    void remove(AgentStream stream) {
        streams.remove(stream.caller().agent(), stream);
    }

    Optional<AgentStream> find(AgentIdentity agent) {
        return Optional.ofNullable(streams.get(agent));
    }

    Collection<AgentStream> all() {
        return List.copyOf(streams.values());
    }

    List<UUID> clusters() {
        return streams.keySet().stream().map(AgentIdentity::cluster).toList();
    }
}
