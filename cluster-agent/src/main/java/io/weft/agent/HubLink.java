package io.weft.agent;

import io.weft.agent.report.Uplink;
import io.weft.protocol.v1.AgentMessage;
import org.jspecify.annotations.Nullable;

/** The uplink that exists before the connection does. */
final class HubLink implements Uplink {
    private volatile @Nullable Uplink connection;

    void connect(Uplink made) {
        connection = made;
    }

    @Override
    public boolean send(AgentMessage message) {
        Uplink made = connection;
        return made != null && made.send(message);
    }
}
