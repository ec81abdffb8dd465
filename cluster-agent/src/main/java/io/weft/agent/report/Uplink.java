package io.weft.agent.report;

import io.weft.protocol.v1.AgentMessage;

/** Sends to the hub while there is a stream. Reports are states, sent again on connect, so a lost one does no harm. */
public interface Uplink {
    /** Hands the message over; false when there is no stream, or it is so far behind that the message must wait. */
    boolean send(AgentMessage message);
}
