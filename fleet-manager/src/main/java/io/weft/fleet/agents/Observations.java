package io.weft.fleet.agents;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.weft.fleet.signer.AgentIdentity;
import io.weft.kit.audit.Allowances;
import io.weft.kit.tenancy.TenantTransactions;
import io.weft.kit.tenancy.TenantTx;
import io.weft.protocol.v1.Observation;
import jakarta.inject.Singleton;
import java.time.InstantSource;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeSet;
import org.jboss.logging.Logger;

/** Writes what an agent saw of its mesh and of what would stand in the way. */
@Singleton
final class Observations {
    private static final Logger LOG = Logger.getLogger(Observations.class);
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final int MAX_CHARACTERS = 256 * 1024;
    private static final int MAX_NAMED = 50;

    private final TenantTransactions transactions;
    private final Allowances allowances;

    Observations(TenantTransactions transactions, InstantSource clock) {
        this.transactions = transactions;
        this.allowances = new Allowances(clock);
    }

    void observed(Caller caller, Observation observation) {
        Optional<JsonNode> body = body(observation.getBodyJson());
        switch (observation.getSubject()) {
            case "meshStatus" -> body.filter(JsonNode::isObject).ifPresent(status -> storeMesh(caller, status));
            case "preflight" -> body.filter(JsonNode::isArray).ifPresent(findings -> storePreflight(caller, findings));
            default ->
                LOG.debugf(
                        "agents.observationIgnored cluster=%s", caller.agent().cluster());
        }
    }

    /** Comes every ten seconds; only what changed beside its time is an event. */
    private void storeMesh(Caller caller, JsonNode status) {
        transactions.in(caller.agent().tenant(), tx -> {
            int changed = tx.update("""
                    UPDATE cluster_status SET mesh_status = ?, status_version = status_version + 1
                    WHERE cluster_id = ? AND mesh_status - 'time' IS DISTINCT FROM ? - 'time'
                    """, status, caller.agent().cluster(), status);
            if (changed > 0) {
                tx.notify(AgentLinks.OBSERVED, tx.tenant().toString());
            } else {
                tx.update(
                        "UPDATE cluster_status SET mesh_status = ? WHERE cluster_id = ?",
                        status,
                        caller.agent().cluster());
            }
            return true;
        });
    }

    private void storePreflight(Caller caller, JsonNode findings) {
        transactions.in(caller.agent().tenant(), tx -> {
            auditRights(tx, caller.agent(), findings);
            int changed = tx.update("""
                    UPDATE cluster_status SET preflight = ?, status_version = status_version + 1
                    WHERE cluster_id = ? AND preflight IS DISTINCT FROM ?
                    """, findings, caller.agent().cluster(), findings);
            if (changed > 0) {
                tx.notify(AgentLinks.OBSERVED, tx.tenant().toString());
            }
            return true;
        });
    }

    /**
     * What the agent may not do is known by what preflight misses: a change of that is a change of its rights. An agent that
     * reports changes without end does not fill the log.
     */
    private void auditRights(TenantTx tx, AgentIdentity agent, JsonNode findings) {
        Set<String> before = tx.first(
                        JsonNode.class,
                        "SELECT preflight FROM cluster_status WHERE cluster_id = ? FOR UPDATE",
                        agent.cluster())
                .map(Observations::missing)
                .orElse(Set.of());
        Set<String> now = missing(findings);
        OptionalInt unwritten = before.equals(now)
                ? OptionalInt.empty()
                : allowances.take(agent.cluster().toString());
        if (unwritten.isPresent()) {
            ObjectNode detail = JSON.createObjectNode().put("missingCount", now.size());
            if (unwritten.getAsInt() > 0) {
                detail.put("changesNotWritten", unwritten.getAsInt());
            }
            name(detail.putArray("gained"), before, now);
            name(detail.putArray("lost"), now, before);
            AgentLinks.audit(tx, agent, "agent.rightsChange", detail);
        }
    }

    private static void name(ArrayNode names, Set<String> of, Set<String> without) {
        of.stream().filter(each -> !without.contains(each)).limit(MAX_NAMED).forEach(names::add);
    }

    private static Set<String> missing(JsonNode findings) {
        Set<String> missing = new TreeSet<>();
        findings.forEach(finding -> {
            if (finding.path("code").asText().equals("PermissionMissing")) {
                missing.add(AgentLinks.text(finding.path("object").asText()));
            }
        });
        return missing;
    }

    private static Optional<JsonNode> body(String json) {
        if (json.length() > MAX_CHARACTERS || json.contains("\\u0000")) {
            return Optional.empty();
        }
        try {
            return Optional.ofNullable(JSON.readTree(json));
        } catch (JsonProcessingException _) {
            return Optional.empty();
        }
    }
}
