package io.weft.fleet.agents;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.weft.fleet.telemetry.WireTime;
import io.weft.kit.tenancy.TenantTransactions;
import io.weft.protocol.v1.Movement;
import io.weft.protocol.v1.WorkloadProgress;
import jakarta.inject.Singleton;
import java.util.Set;
import org.jboss.logging.Logger;

/** Writes how far a namespace's move is. */
@Singleton
final class Movements {
    private static final Logger LOG = Logger.getLogger(Movements.class);
    private static final Set<String> STATES = Set.of("waiting", "labelled", "restarting", "moved", "held", "failed");
    private static final int MAX_WORKLOADS = 2000;

    private final TenantTransactions transactions;

    Movements(TenantTransactions transactions) {
        this.transactions = transactions;
    }

    void moved(Caller caller, Movement movement) {
        if (!STATES.contains(movement.getState()) || movement.getNamespace().isEmpty()) {
            LOG.warnf("agents.movementIgnored cluster=%s", caller.agent().cluster());
            return;
        }
        transactions.in(caller.agent().tenant(), tx -> {
            tx.update(
                    """
                    INSERT INTO movement (tenant_id, cluster_id, namespace, revision, placement_digest, state, reason, message,
                        workloads, labels_before, first_restart_time, last_ready_time, report_time)
                    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?::timestamptz, ?::timestamptz, now())
                    ON CONFLICT (tenant_id, cluster_id, namespace) DO UPDATE
                    SET revision = excluded.revision, placement_digest = excluded.placement_digest, state = excluded.state,
                        reason = excluded.reason, message = excluded.message, workloads = excluded.workloads,
                        labels_before = excluded.labels_before, first_restart_time = excluded.first_restart_time,
                        last_ready_time = excluded.last_ready_time, report_time = excluded.report_time
                    """,
                    tx.tenant(),
                    caller.agent().cluster(),
                    AgentLinks.text(movement.getNamespace()),
                    AgentLinks.text(movement.getRevision()),
                    AgentLinks.text(movement.getPlacementDigest()),
                    movement.getState(),
                    AgentLinks.text(movement.getReason()),
                    Reported.text(movement.getMessage()),
                    workloads(movement),
                    labels(movement),
                    WireTime.read(movement.getFirstRestartTime()),
                    WireTime.read(movement.getLastReadyTime()));
            tx.notify(AgentLinks.OBSERVED, tx.tenant().toString());
            return true;
        });
    }

    private static ArrayNode workloads(Movement movement) {
        ArrayNode workloads = JsonNodeFactory.instance.arrayNode();
        movement.getWorkloadsList().stream().limit(MAX_WORKLOADS).forEach(workload -> add(workloads, workload));
        return workloads;
    }

    private static void add(ArrayNode workloads, WorkloadProgress workload) {
        workloads
                .addObject()
                .put("kind", Reported.text(workload.getKind()))
                .put("name", Reported.text(workload.getName()))
                .put("desired", workload.getDesired())
                .put("ready", workload.getReady())
                .put("remaining", workload.getRemaining());
    }

    private static ObjectNode labels(Movement movement) {
        ObjectNode labels = JsonNodeFactory.instance.objectNode();
        movement.getLabelsBeforeMap().forEach((label, value) -> labels.put(Reported.text(label), Reported.text(value)));
        return labels;
    }
}
