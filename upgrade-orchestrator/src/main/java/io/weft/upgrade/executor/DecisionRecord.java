package io.weft.upgrade.executor;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.weft.kit.audit.Audit;
import io.weft.kit.audit.AuditEntry;
import io.weft.kit.audit.AuditEntry.ActorKind;
import io.weft.kit.id.PublicId;
import io.weft.kit.tenancy.TenantTx;
import io.weft.kit.wire.WireNames;
import io.weft.upgrade.decision.Decided;
import io.weft.upgrade.decision.Decided.TakenCommand;
import io.weft.upgrade.decision.Decision;
import io.weft.upgrade.decision.GateVerdict;
import io.weft.upgrade.decision.Judgement;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Writes down what was decided, from what, and on whose order: gate results, decision log, taken commands, audit. */
final class DecisionRecord {
    private static final String ROLLOUT_PREFIX = "rol";
    private static final String COMMAND_PREFIX = "cmd";

    private final TenantTx tx;
    private final RolloutRow row;

    DecisionRecord(TenantTx tx, RolloutRow row) {
        this.tx = tx;
        this.row = row;
    }

    void log(DecisionJson.Inputs inputs, Decision decision) {
        tx.update(
                """
                INSERT INTO decision_log (tenant_id, rollout_id, lease_epoch, decision, reason, message, inputs)
                VALUES (?, ?, ?, ?, ?, ?, ?)
                """,
                tx.tenant(),
                row.id(),
                row.leaseEpoch(),
                decision.name(),
                decision.reason().code(),
                decision.message(),
                DecisionJson.write(inputs));
    }

    /** One row per gate and complete window; what is judged again between two windows changes nothing. */
    void judged(int wave, List<Judgement> judgements, boolean newWindow) {
        tx.updateEach(
                """
                INSERT INTO gate_result (tenant_id, rollout_id, wave_position, gate, window_start, verdict, before_value,
                    after_value, requests, message)
                VALUES (?, ?, ?, ?, ?, ?, ?::double precision, ?::double precision, ?, ?)
                ON CONFLICT (tenant_id, rollout_id, wave_position, gate, window_start) DO NOTHING
                """,
                judgements.stream()
                        .filter(judgement -> newWindow || judgement.verdict() == GateVerdict.FAIL)
                        .map(judgement -> gateRow(wave, judgement))
                        .toList());
    }

    private @Nullable Object[] gateRow(int wave, Judgement judgement) {
        return new @Nullable Object[] {
            tx.tenant(),
            row.id(),
            wave,
            judgement.gate(),
            judgement.windowStart(),
            judgement.verdict(),
            judgement.before(),
            judgement.after(),
            judgement.requests(),
            judgement.message()
        };
    }

    void took(List<TakenCommand> commands, Instant now) {
        for (TakenCommand command : commands) {
            tx.update(
                    "UPDATE rollout_command SET take_time = ? WHERE rollout_id = ? AND id = ?",
                    now,
                    row.id(),
                    command.id());
            ObjectNode detail = JsonNodeFactory.instance.objectNode();
            detail.put("command", WireNames.of(command.kind()));
            detail.put("commandId", PublicId.format(COMMAND_PREFIX, command.id()));
            detail.put("author", command.author());
            detail.put("message", command.message());
            audit(command.accepted() ? "rollout.commandAccepted" : "rollout.commandRefused", detail);
        }
    }

    /** Audit of a decision that did something. */
    void decided(Decided decided) {
        ObjectNode detail = JsonNodeFactory.instance.objectNode();
        detail.put("decision", decided.decision().name());
        detail.put("reason", decided.decision().reason().code());
        detail.put("message", decided.decision().message());
        detail.put("leaseEpoch", row.leaseEpoch());
        detail.set(
                "effects",
                DecisionJson.write(decided.effects().stream()
                        .map(effect -> effect.getClass().getSimpleName())
                        .toList()));
        String action = decided.decision().name();
        audit("rollout." + Character.toLowerCase(action.charAt(0)) + action.substring(1), detail);
    }

    private void audit(String action, ObjectNode detail) {
        String id = PublicId.format(ROLLOUT_PREFIX, row.id());
        Audit.record(
                tx, AuditEntry.of(ActorKind.ROLLOUT, id, action, "rollout", id).withDetail(detail));
    }
}
