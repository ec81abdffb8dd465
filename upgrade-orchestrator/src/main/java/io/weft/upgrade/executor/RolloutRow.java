package io.weft.upgrade.executor;

import com.fasterxml.jackson.databind.JsonNode;
import io.weft.upgrade.decision.Phase;
import io.weft.upgrade.decision.State;
import io.weft.upgrade.observe.Subject;
import java.util.UUID;

/** A rollout under a lease of its own: {@code leaseEpoch} is this look's. */
record RolloutRow(
        UUID id,
        UUID meshId,
        UUID installationId,
        UUID clusterId,
        String fromVersion,
        String toVersion,
        JsonNode spec,
        Phase phase,
        JsonNode state,
        String reason,
        String message,
        long leaseEpoch) {

    private static final String DECISION_STATE = "decision";

    Subject subject() {
        return new Subject(id, meshId, installationId, clusterId);
    }

    /** A rollout that nobody looked at yet has an empty document. */
    State decisionState() {
        JsonNode stored = state.path(DECISION_STATE);
        return stored.isMissingNode() ? State.planned() : DecisionJson.read(stored, State.class);
    }
}
