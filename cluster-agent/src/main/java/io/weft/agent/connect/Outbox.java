package io.weft.agent.connect;

import io.weft.protocol.v1.AgentMessage;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;

/**
 * What goes up a stream while the hub reads slower than the agent writes. Beyond a bound messages wait: of one kind of state
 * only the newest, in the order of their making. What is no state is refused, and its sender keeps it.
 */
final class Outbox {
    static final int MOST_BEHIND_BYTES = 4 * 1024 * 1024;

    private final BooleanSupplier ready;
    private final Consumer<AgentMessage> send;
    private final Map<String, AgentMessage> waiting = new LinkedHashMap<>();
    private long behind;

    /** @param ready true while the stream takes messages without keeping them in memory */
    Outbox(BooleanSupplier ready, Consumer<AgentMessage> send) {
        this.ready = ready;
        this.send = send;
    }

    /** Sends, or lets it wait; false where its sender has to try again. */
    boolean offer(AgentMessage message) {
        flush();
        if (waiting.isEmpty() && hasRoom()) {
            hand(message);
            return true;
        }
        String state = stateOf(message);
        if (state.isEmpty()) {
            return false;
        }
        waiting.remove(state);
        waiting.put(state, message);
        return true;
    }

    /** Sends what waits, as far as there is room. */
    void flush() {
        Iterator<AgentMessage> next = waiting.values().iterator();
        while (next.hasNext() && hasRoom()) {
            AgentMessage message = next.next();
            next.remove();
            hand(message);
        }
    }

    private boolean hasRoom() {
        if (ready.getAsBoolean()) {
            behind = 0;
        }
        return behind < MOST_BEHIND_BYTES;
    }

    private void hand(AgentMessage message) {
        behind += message.getSerializedSize();
        send.accept(message);
    }

    /** Name of the state that a message reports; "" where each message counts. */
    private static String stateOf(AgentMessage message) {
        String kind = message.getKindCase().name();
        return switch (message.getKindCase()) {
            case HELLO, BODIES_WANTED, APPLIED, REJECTED, INVENTORY_DIGEST, HEARTBEAT -> kind;
            case MOVEMENT -> kind + " " + message.getMovement().getNamespace();
            case OBSERVATION -> kind + " " + message.getObservation().getSubject();
            case PROBE_RESULT, INVENTORY_CHANGE, TELEMETRY_BATCH, KIND_NOT_SET -> "";
        };
    }
}
