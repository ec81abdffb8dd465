package io.weft.api.policy;

import com.fasterxml.jackson.databind.JsonNode;
import io.weft.api.http.Json;
import io.weft.api.http.Prefix;
import io.weft.api.policy.Targets.Place;
import io.weft.kit.id.PublicId;
import io.weft.kit.problem.Problem;
import io.weft.kit.problem.ProblemType;
import io.weft.kit.problem.Violation;
import io.weft.kit.tenancy.TenantTx;
import io.weft.model.compile.InstallationFacts;
import io.weft.model.compile.Loss;
import io.weft.model.compile.MeshCompiler;
import io.weft.model.compile.PolicyIntent;
import io.weft.model.compile.PolicyOutcome;
import io.weft.model.facts.ClusterFacts;
import io.weft.model.facts.InventoryEntry;
import io.weft.model.policy.PolicySpec;
import jakarta.inject.Singleton;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.UUID;

/**
 * Compiles a policy before it is stored, once per capability class (D34), beside the policies that are there. What a mesh
 * cannot enforce is refused with the reason; a service that does not exist is not: it may come later.
 */
@Singleton
class Expressibility {
    private record Candidate(UUID id, String name, String kind, long generation, JsonNode spec) {}

    private record InventoryRow(String kind, String namespace, String name, JsonNode body) {}

    private record PlacementRow(String namespace, String revision) {}

    /**
     * Compiles once per class.
     *
     * @throws Problem 422 {@code POLICY_NOT_EXPRESSIBLE} with one violation per class and reason
     */
    void require(TenantTx tx, PolicyIntent policy, Collection<Place> places) {
        List<Violation> violations = new ArrayList<>();
        Set<String> classes = new HashSet<>();
        for (Place place : places) {
            if (classes.add(place.capabilityClass())) {
                violations.addAll(judge(tx, policy, place));
            }
        }
        if (!violations.isEmpty()) {
            throw Problem.of(
                            ProblemType.POLICY_NOT_EXPRESSIBLE,
                            "Change the policy, narrow spec.target, or accept the losses in spec.acceptedLosses")
                    .because(violations);
        }
    }

    private static List<Violation> judge(TenantTx tx, PolicyIntent policy, Place place) {
        String installation = PublicId.format(Prefix.INSTALLATION, place.installation());
        PolicySpec spec = policy.spec();
        String rules = "spec." + spec.kind().word();
        return switch (outcome(tx, policy, place)) {
            case PolicyOutcome.Refused refused ->
                List.of(Violation.inBody(rules, refused.code(), refused.reason())
                        .becauseOf(place.family(), refused.capability(), installation));
            case PolicyOutcome.Ready ready ->
                ready.losses().stream()
                        .filter(loss -> !spec.acceptedLosses().contains(loss.code()))
                        .map(loss -> lost(loss).becauseOf(place.family(), loss.capability(), installation))
                        .toList();
        };
    }

    private static Violation lost(Loss loss) {
        return Violation.inBody(loss.field(), loss.code(), loss.message());
    }

    private static PolicyOutcome outcome(TenantTx tx, PolicyIntent policy, Place place) {
        List<PolicyIntent> intents = new ArrayList<>(others(tx, policy, place));
        intents.add(policy);
        PolicyOutcome outcome = MeshCompiler.compile(intents, facts(tx, place), inventory(tx, place))
                .outcomes()
                .get(policy.id());
        if (outcome == null) {
            throw new IllegalStateException("the compiler said nothing of " + policy.name());
        }
        return outcome;
    }

    /** The newest revisions: this one will stand beside them, whatever is delivered yet. */
    private static List<PolicyIntent> others(TenantTx tx, PolicyIntent policy, Place place) {
        return tx.list(Candidate.class, """
                        SELECT DISTINCT p.id, p.name, p.kind, p.generation, p.spec
                        FROM policy p JOIN policy_target t ON t.tenant_id = p.tenant_id AND t.policy_id = p.id
                        WHERE t.installation_id = ? AND p.delete_time IS NULL
                        """, place.installation()).stream()
                .filter(other -> !other.id().toString().equals(policy.id()))
                .map(other -> new PolicyIntent(
                        other.id().toString(),
                        other.name(),
                        other.generation(),
                        PolicyWrite.read(other.kind(), other.spec())))
                .toList();
    }

    private static InstallationFacts facts(TenantTx tx, Place place) {
        SortedMap<String, String> placements = new TreeMap<>();
        tx.list(
                        PlacementRow.class,
                        "SELECT namespace, revision FROM placement WHERE cluster_id = ? AND installation_id = ?",
                        place.cluster(),
                        place.installation())
                .forEach(row -> placements.put(row.namespace(), row.revision()));
        return new InstallationFacts(
                place.installation().toString(),
                place.family(),
                place.mode(),
                place.versions(),
                placements,
                place.defaultRevision(),
                place.trustDomain());
    }

    private static ClusterFacts inventory(TenantTx tx, Place place) {
        return ClusterFacts.of(tx.list(InventoryRow.class, """
                        SELECT kind, namespace, name, body FROM inventory_object
                        WHERE cluster_id = ? AND kind IN ('Namespace', 'Service', 'Workload')
                        """, place.cluster()).stream()
                .map(row -> new InventoryEntry(row.kind(), row.namespace(), row.name(), Json.map(row.body())))
                .toList());
    }
}
