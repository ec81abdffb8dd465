package io.weft.fleet.agents;

import java.util.OptionalLong;

/**
 * What one stream owes its agent: the newest desired state, once, as soon as it can be sent. Holds one slot, so an agent that
 * reads slowly skips versions instead of queueing them. Pure: no clock, no I/O. The owner guards it with a lock.
 */
final class AgentSession {
    private final long registrationEpoch;
    private State state = new State.Greeting();
    private long newest;

    AgentSession(long registrationEpoch) {
        this.registrationEpoch = registrationEpoch;
    }

    /** Where a stream is. */
    sealed interface State {
        /** Nothing was said yet. */
        record Greeting() implements State {}

        /** A version is out and not wholly acknowledged. */
        record Syncing(long version, String nonce) implements State {}

        /** The agent has this version, applied and checked; 0 = it has none. */
        record InSync(long version) implements State {}

        /** The process ends: reports are still taken, nothing new is sent. */
        record Draining() implements State {}

        /** Over. */
        record Closed(String reason) implements State {}
    }

    State state() {
        return state;
    }

    /**
     * The agent's first message.
     *
     * @return whether this stream may go on; false: greeted before, or in another registration epoch
     */
    boolean hello(long agentEpoch, long appliedVersion) {
        if (!(state instanceof State.Greeting) || agentEpoch != registrationEpoch) {
            return false;
        }
        state = new State.InSync(appliedVersion);
        return true;
    }

    /** There is a compiled version; an older one than known is ignored. */
    void offer(long version) {
        newest = Math.max(newest, version);
    }

    /** The version to send now: newer than whatever went out or was applied, while the stream sends at all. */
    OptionalLong due() {
        long known = switch (state) {
            case State.Syncing syncing -> syncing.version();
            case State.InSync inSync -> inSync.version();
            case State.Greeting _, State.Draining _, State.Closed _ -> Long.MAX_VALUE;
        };
        return newest > known ? OptionalLong.of(newest) : OptionalLong.empty();
    }

    /** Call before the message leaves: its acknowledgement can overtake the return of the call. */
    void sending(long version, String nonce) {
        switch (state) {
            case State.Syncing _, State.InSync _ -> {
                state = new State.Syncing(version, nonce);
                newest = Math.max(newest, version);
            }
            case State.Greeting _, State.Draining _, State.Closed _ -> {}
        }
    }

    /** The agent applied and checked all of a version. What answers an older message changes nothing. */
    void applied(long version, String nonce) {
        if (state instanceof State.Syncing(long sent, String outstanding)
                && sent == version
                && outstanding.equals(nonce)) {
            state = new State.InSync(version);
        }
    }

    void drain() {
        if (!(state instanceof State.Closed)) {
            state = new State.Draining();
        }
    }

    /** The first reason stays. */
    void close(String reason) {
        if (!(state instanceof State.Closed)) {
            state = new State.Closed(reason);
        }
    }

    boolean isClosed() {
        return state instanceof State.Closed;
    }

    boolean isGreeted() {
        return !(state instanceof State.Greeting);
    }
}
