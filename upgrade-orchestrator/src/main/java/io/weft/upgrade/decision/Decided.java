package io.weft.upgrade.decision;

import java.time.Instant;
import java.util.List;
import java.util.UUID;

/**
 * A decision with everything that is committed with it.
 *
 * @param judgements verdicts of gates at this look
 * @param commands those that were taken into it
 * @param lookAgain when to decide again, unless something wakes the rollout earlier
 */
public record Decided(
        Decision decision,
        State state,
        List<Effect> effects,
        List<Judgement> judgements,
        List<TakenCommand> commands,
        Instant lookAgain) {

    /**
     * A command and what became of it.
     *
     * @param message why it was refused, or what it did
     */
    public record TakenCommand(UUID id, Command.Kind kind, String author, boolean accepted, String message) {}

    public Decided {
        effects = List.copyOf(effects);
        judgements = List.copyOf(judgements);
        commands = List.copyOf(commands);
    }

    Decided judged(List<Judgement> more) {
        return new Decided(decision, state, effects, more, commands, lookAgain);
    }

    Decided taking(TakenCommand command) {
        return new Decided(decision, state, effects, judgements, List.of(command), lookAgain);
    }

    Decided lookingAgain(Instant at) {
        return new Decided(decision, state, effects, judgements, commands, at);
    }
}
