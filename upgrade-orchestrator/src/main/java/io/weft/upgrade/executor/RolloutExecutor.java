package io.weft.upgrade.executor;

import io.weft.kit.id.PublicId;
import io.weft.kit.tenancy.TenantTx;
import io.weft.upgrade.decision.Decided;
import io.weft.upgrade.decision.Decision;
import io.weft.upgrade.decision.Observations;
import io.weft.upgrade.decision.Plan;
import io.weft.upgrade.decision.Rollouts;
import io.weft.upgrade.decision.State;
import io.weft.upgrade.observe.ObservationReader;
import io.weft.upgrade.observe.PlanReader;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.time.Instant;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Function;
import org.jboss.logging.Logger;

/**
 * One look at one rollout: lease, read, decide, write. All of it is one transaction, so a process that dies between any
 * two lines leaves nothing behind, and the next look decides the same again.
 */
@Singleton
public final class RolloutExecutor {
    private static final Logger LOG = Logger.getLogger(RolloutExecutor.class);
    static final String OBSERVED = "observed";

    private final PlanReader plans;
    private final ObservationReader observations;
    private final Function<TenantTx, Instant> time;

    @Inject
    RolloutExecutor(PlanReader plans, ObservationReader observations) {
        this(plans, observations, RolloutExecutor::transactionTime);
    }

    /** For tests, whose time is not the database's. */
    RolloutExecutor(PlanReader plans, ObservationReader observations, Function<TenantTx, Instant> time) {
        this.plans = plans;
        this.observations = observations;
        this.time = time;
    }

    /** Most times in the rows are the database's; this process may run on a machine with another clock. */
    static Instant transactionTime(TenantTx tx) {
        return tx.first(Instant.class, "SELECT now()").orElseThrow();
    }

    /**
     * Looks at a rollout in its tenant's transaction.
     *
     * @return when to look again; empty once it has ended
     */
    public Optional<Instant> look(TenantTx tx, UUID rollout) {
        return RolloutStore.lease(tx, rollout)
                .filter(row -> !row.phase().ended())
                .flatMap(row -> decideAndWrite(tx, row));
    }

    Optional<Instant> decideAndWrite(TenantTx tx, RolloutRow row) {
        Instant now = time.apply(tx);
        Plan plan = plans.read(tx, row.subject(), row.fromVersion(), row.toVersion(), row.spec());
        State state = row.decisionState();
        Observations seen = observations.read(tx, row.subject(), plan, state);
        Decided decided = Rollouts.decide(plan, state, seen, now);
        write(tx, row, new DecisionJson.Inputs(plan, state, seen, now), decided);
        return decided.state().phase(plan).ended() ? Optional.empty() : Optional.of(decided.lookAgain());
    }

    private static void write(TenantTx tx, RolloutRow row, DecisionJson.Inputs inputs, Decided decided) {
        DecisionRecord record = new DecisionRecord(tx, row);
        record.judged(
                inputs.state().wave().orElse(Decision.StartWave.CONTROL_PLANE),
                decided.judgements(),
                !inputs.seen().telemetry().unjudged().isEmpty());
        if (!isNews(row, inputs, decided)) {
            return;
        }
        Decision decision = decided.decision();
        new EffectWriter(tx, row.subject(), inputs.now())
                .apply(
                        decided.effects(),
                        "rollout " + PublicId.format("rol", row.id()) + ": " + decision.name() + " "
                                + decision.reason().code());
        record.took(decided.commands(), inputs.now());
        if (isTurn(row, inputs, decided)) {
            record.log(inputs, decision);
            LOG.infof(
                    "rollout.decided rollout=%s leaseEpoch=%d decision=%s reason=%s",
                    row.id(),
                    row.leaseEpoch(),
                    decision.name(),
                    decision.reason().code());
        }
        if (!(decision instanceof Decision.Wait) || !decided.effects().isEmpty()) {
            record.decided(decided);
        }
        TargetRows.write(tx, row, inputs.plan(), decided.state(), inputs.now());
        RolloutStore.save(tx, row, inputs.plan(), decided, inputs.now());
        tx.notify(OBSERVED, tx.tenant().toString());
    }

    /** Whether the row would say anything else than before. */
    private static boolean isNews(RolloutRow row, DecisionJson.Inputs inputs, Decided decided) {
        return isTurn(row, inputs, decided)
                || !decided.state().equals(inputs.state())
                || !decided.decision().message().equals(row.message());
    }

    /** Whether the rollout turns to something else; waiting on for the same reason is not worth a page of inputs. */
    private static boolean isTurn(RolloutRow row, DecisionJson.Inputs inputs, Decided decided) {
        return !(decided.decision() instanceof Decision.Wait)
                || !decided.commands().isEmpty()
                || !decided.effects().isEmpty()
                || !decided.decision().reason().code().equals(row.reason())
                || decided.state().phase(inputs.plan()) != row.phase();
    }
}
