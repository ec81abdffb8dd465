package io.weft.upgrade.decision;

import io.weft.upgrade.decision.Decided.TakenCommand;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;

/** What people order. A command that does not fit the state is taken too, refused with a reason. */
final class Commands {
    private Commands() {}

    static Decided take(Look look, Command command) {
        Optional<Decided> accepted =
                look.state().step() instanceof Step.Done ? Optional.empty() : accept(look, command);
        return accepted.map(decided -> taken(decided, command, true))
                .orElseGet(() -> taken(refuse(look, command), command, false));
    }

    private static Decided taken(Decided decided, Command command, boolean accepted) {
        return decided.taking(new TakenCommand(
                command.id(),
                command.kind(),
                command.author(),
                accepted,
                decided.decision().message()));
    }

    private static Optional<Decided> accept(Look look, Command command) {
        return switch (command.kind()) {
            case APPROVE -> approve(look, command);
            case PAUSE -> pause(look, command);
            case RESUME -> resume(look, command);
            case ROLL_BACK -> rollBack(look, command);
            case ABORT -> Optional.of(abort(look, command));
            case COMPLETE -> complete(look, command);
        };
    }

    private static Decided refuse(Look look, Command command) {
        String why = command.kind() == Command.Kind.COMPLETE && look.state().step() instanceof Step.Promoted promoted
                ? FinalSteps.obstacle(look, promoted).orElse("the rollout is held")
                : "it does not fit phase " + look.state().phase(look.plan());
        // Looked at again at once, so that the reason of a hold stands in the row again.
        return look.waiting(
                Reason.COMMAND_REFUSED,
                "command " + command.kind() + " of " + command.author() + " refused: " + why,
                look.now());
    }

    private static Optional<Decided> approve(Look look, Command command) {
        if (look.state().phase(look.plan()) != Phase.WAITING_APPROVAL
                || !(look.state().step() instanceof Step.BeforeWave next)) {
            return Optional.empty();
        }
        return Optional.of(look.decided(
                new Decision.Wait(
                        Reason.APPROVED, look.plan().wave(next.wave()).title() + " approved by " + said(command)),
                look.state().at(next.approve()),
                List.of(),
                look.now()));
    }

    private static Optional<Decided> pause(Look look, Command command) {
        boolean possible = !look.state().paused() && !(look.state().step() instanceof Step.RollingBack);
        return possible ? Optional.of(look.pause(Reason.COMMANDED, "paused by " + said(command))) : Optional.empty();
    }

    private static Optional<Decided> resume(Look look, Command command) {
        if (!look.state().paused()) {
            return Optional.empty();
        }
        boolean byPerson = look.state()
                .hold()
                .filter(hold -> hold.reason() == Reason.COMMANDED)
                .isPresent();
        State released = look.state().released(look.now());
        State next = byPerson ? released : counting(look, released);
        return Optional.of(look.decided(
                new Decision.Wait(Reason.COMMANDED, "resumed by " + said(command)),
                next,
                look.at(next).placeMovingWave(false),
                look.now()));
    }

    /** Somebody saw why the gates stopped the wave and goes on: what was before is not held against it again. */
    private static State counting(Look look, State released) {
        return switch (released.step()) {
            case Step.WaveMoving moving -> released.withProgress(moving.wave().countingFrom(look.now()));
            case Step.WaveSoaking soaking ->
                released.at(new Step.WaveSoaking(
                        soaking.wave().countingFrom(look.now()),
                        look.now()
                                .plus(look.plan()
                                        .wave(soaking.wave().position())
                                        .soak())));
            case Step.Promoted promoted ->
                released.withProgress(promoted.lastWave().countingFrom(look.now()));
            case Step.Precheck _, Step.ControlPlaneCanary _, Step.ControlPlaneSoak _, Step.BeforeWave _ -> released;
            case Step.RollingBack _, Step.Done _ -> released;
        };
    }

    private static Optional<Decided> rollBack(Look look, Command command) {
        if (!look.state().canRollBack()) {
            return Optional.empty();
        }
        Failure cause = Failure.of(Reason.COMMANDED, "rolled back by " + said(command));
        return Optional.of(WayBack.start(
                look, cause, new TreeSet<>(look.state().revisionsBefore().keySet())));
    }

    /** Stops and leaves as is: a wave that moves stands still where it is. */
    private static Decided abort(Look look, Command command) {
        String message = "aborted by " + said(command) + "; namespaces stay where they are";
        ArrayList<Effect> effects = new ArrayList<>(look.placeMovingWave(true));
        effects.add(new Effect.LiftDeadlines());
        effects.add(new Effect.SetVersionReached(false, "Aborted", message));
        return look.decided(
                new Decision.Abort(Reason.COMMANDED, message),
                look.state().withoutHold().at(new Step.Done(Phase.ABORTED)),
                effects,
                look.now().plus(Look.RARELY));
    }

    private static Optional<Decided> complete(Look look, Command command) {
        boolean possible = look.state().step() instanceof Step.Promoted promoted
                && look.state().hold().isEmpty()
                && FinalSteps.obstacle(look, promoted).isEmpty();
        return possible ? Optional.of(FinalSteps.complete(look, "completed by " + said(command))) : Optional.empty();
    }

    private static String said(Command command) {
        return command.author() + (command.reason().isEmpty() ? "" : ": " + command.reason());
    }
}
