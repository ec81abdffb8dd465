package io.weft.fleet.agents;

import static org.assertj.core.api.Assertions.assertThat;

import io.weft.fleet.agents.AgentSession.State;
import io.weft.testkit.Seeds;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.OptionalLong;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;

class AgentSessionTest {
    private static final long EPOCH = 3;
    private static final int STEPS = 200;

    @Test
    void nothingIsSentBeforeHello() {
        AgentSession session = new AgentSession(EPOCH);

        session.offer(5);

        assertThat(session.due()).isEmpty();
    }

    @Test
    void anotherRegistrationEpochOrASecondHelloIsRefused() {
        AgentSession session = new AgentSession(EPOCH);

        assertThat(session.hello(EPOCH - 1, 0)).isFalse();
        assertThat(session.hello(EPOCH, 0)).isTrue();
        assertThat(session.hello(EPOCH, 0)).isFalse();
    }

    @Test
    void versionsThatWereOvertakenAreNeverSent() {
        AgentSession session = greeted(0);

        session.offer(1);
        session.offer(4);
        session.offer(2);

        assertThat(session.due()).hasValue(4);
    }

    @Test
    void whatTheAgentHasIsNotSentAgain() {
        AgentSession session = greeted(4);

        session.offer(4);

        assertThat(session.due()).isEmpty();
        assertThat(session.state()).isEqualTo(new State.InSync(4));
    }

    @Test
    void theAnswerToAnOlderMessageDoesNotEndSyncing() {
        AgentSession session = greeted(0);
        session.offer(1);
        session.sending(1, "one");
        session.offer(2);
        session.sending(2, "two");

        session.applied(1, "one");
        assertThat(session.state()).isEqualTo(new State.Syncing(2, "two"));
        session.applied(2, "one");
        assertThat(session.state()).isEqualTo(new State.Syncing(2, "two"));
        session.applied(2, "two");
        assertThat(session.state()).isEqualTo(new State.InSync(2));
    }

    @Test
    void aDrainingOrClosedSessionSendsNothing() {
        AgentSession draining = greeted(0);
        draining.offer(1);
        draining.drain();
        AgentSession closed = greeted(0);
        closed.offer(1);
        closed.close("revoked");
        closed.drain();

        assertThat(draining.due()).isEmpty();
        assertThat(closed.due()).isEmpty();
        assertThat(closed.state()).isEqualTo(new State.Closed("revoked"));
    }

    /** Offers reordered and repeated, answers late or lost: versions out only grow, and at rest the newest is out. */
    @Test
    void whateverTheOrderOfEventsSentVersionsOnlyGrowAndTheNewestGetsOut() {
        Seeds.first(2_000).forEach(AgentSessionTest::runWorld);
    }

    private static void runWorld(RandomGenerator random) {
        AgentSession session = greeted(0);
        Deque<Long> unanswered = new ArrayDeque<>();
        long newest = 0;
        long sent = 0;
        for (int step = 0; step < STEPS; step++) {
            switch (random.nextInt(4)) {
                case 0 -> session.offer(newest += random.nextInt(3));
                case 1 -> session.offer(Math.max(0, newest - random.nextInt(5)));
                case 2 -> sent = send(session, unanswered, sent);
                default -> {
                    if (!unanswered.isEmpty()) {
                        long answered = random.nextBoolean() ? unanswered.pollFirst() : unanswered.pollLast();
                        session.applied(answered, "n" + answered);
                    }
                }
            }
        }
        send(session, unanswered, sent);
        assertThat(session.due()).isEmpty();
        assertThat(versionOf(session.state())).isEqualTo(newest);
    }

    private static long send(AgentSession session, Deque<Long> unanswered, long sent) {
        OptionalLong due = session.due();
        if (due.isEmpty()) {
            return sent;
        }
        assertThat(due.getAsLong()).isGreaterThan(sent);
        session.sending(due.getAsLong(), "n" + due.getAsLong());
        unanswered.add(due.getAsLong());
        return due.getAsLong();
    }

    private static long versionOf(State state) {
        return switch (state) {
            case State.Syncing syncing -> syncing.version();
            case State.InSync inSync -> inSync.version();
            case State.Greeting _, State.Draining _, State.Closed _ -> throw new AssertionError(state);
        };
    }

    private static AgentSession greeted(long appliedVersion) {
        AgentSession session = new AgentSession(EPOCH);
        assertThat(session.hello(EPOCH, appliedVersion)).isTrue();
        return session;
    }
}
