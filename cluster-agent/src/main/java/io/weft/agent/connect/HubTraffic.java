package io.weft.agent.connect;

import io.weft.protocol.v1.BodyChunk;
import io.weft.protocol.v1.Desired;
import io.weft.protocol.v1.Hello;
import io.weft.protocol.v1.InventoryWanted;
import io.weft.protocol.v1.TelemetryAccepted;

/** What the rest of the agent does with the hub's messages. Every method is called on the connection's one thread. */
public interface HubTraffic {
    /** Fills in what a greeting says of the agent's state. */
    void greet(Hello.Builder hello);

    /** The stream is open and welcomed: everything that is reported as a state is to be sent again. */
    void connected();

    void desired(Desired desired);

    void body(BodyChunk chunk);

    void inventoryWanted(InventoryWanted wanted);

    void telemetryAccepted(TelemetryAccepted accepted);

    void disconnected();
}
