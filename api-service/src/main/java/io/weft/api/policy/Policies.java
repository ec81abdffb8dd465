package io.weft.api.policy;

import com.fasterxml.jackson.databind.JsonNode;
import io.weft.api.http.Json;
import io.weft.api.http.PageRequest;
import io.weft.api.http.SelectorSql;
import io.weft.api.policy.PolicyView.PolicyRow;
import io.weft.api.policy.PolicyView.TargetRow;
import io.weft.kit.tenancy.TenantTx;
import jakarta.inject.Singleton;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Rows of policies and their revisions. */
@Singleton
class Policies {
    private static final String SELECT =
            "SELECT id, name, kind, labels, generation, spec, create_time, update_time, delete_time FROM policy ";

    /** One that names a cluster of the caller's reach, or holds there. */
    private static final String IN_REACH = """
             (in_reach(NULL, NULL)
                OR EXISTS (SELECT FROM unnest(cluster_ids) AS named WHERE in_reach(named, spec #>> '{target,namespace}'))
                OR EXISTS (SELECT FROM policy_target t
                        JOIN installation i ON i.tenant_id = t.tenant_id AND i.id = t.installation_id
                    WHERE t.tenant_id = policy.tenant_id AND t.policy_id = policy.id
                        AND in_reach(i.cluster_id, policy.spec #>> '{target,namespace}')))
            """;

    /** One text of a policy. */
    record RevisionRow(long generation, JsonNode spec, String author, Instant time) {}

    List<PolicyRow> page(
            TenantTx tx, PageRequest page, @Nullable String kind, @Nullable UUID cluster, SelectorSql selector) {
        return tx.list(
                PolicyRow.class,
                SELECT + "WHERE" + IN_REACH + "AND" + PageRequest.AFTER + """
                        AND (?::text IS NULL OR kind = ?::text) AND (?::uuid IS NULL OR EXISTS (
                            SELECT 1 FROM policy_target t
                                JOIN installation i ON i.tenant_id = t.tenant_id AND i.id = t.installation_id
                            WHERE t.tenant_id = policy.tenant_id AND t.policy_id = policy.id AND i.cluster_id = ?::uuid))
                        """ + selector.condition()
                        + " ORDER BY create_time, id LIMIT ?",
                selector.between(
                        page.afterTime(),
                        page.afterTime(),
                        page.afterId(),
                        kind,
                        kind,
                        cluster,
                        cluster,
                        page.limit()));
    }

    Optional<PolicyRow> find(TenantTx tx, UUID id) {
        return tx.first(PolicyRow.class, SELECT + "WHERE id = ? AND" + IN_REACH, id);
    }

    Optional<PolicyRow> lock(TenantTx tx, UUID id) {
        return tx.first(PolicyRow.class, SELECT + "WHERE id = ? AND" + IN_REACH + "FOR UPDATE", id);
    }

    Optional<PolicyView> view(TenantTx tx, UUID id) {
        return find(tx, id).map(row -> PolicyView.from(row, targets(tx, List.of(id))));
    }

    List<TargetRow> targets(TenantTx tx, Collection<UUID> policies) {
        return tx.list(TargetRow.class, """
                SELECT policy_id, installation_id, i.cluster_id, class AS capability_class,
                    CASE WHEN state = 'enforced' AND proof_expire_time <= now() THEN 'applied' ELSE state END AS state,
                    CASE WHEN state = 'enforced' AND proof_expire_time <= now() THEN 'ProofExpired' ELSE reason END AS reason,
                    message, delivered_generation, compiled_generation, applied_generation, losses, reports, objects,
                    proof, proof_expire_time
                FROM policy_target t JOIN installation i ON i.tenant_id = t.tenant_id AND i.id = t.installation_id
                    JOIN policy p ON p.tenant_id = t.tenant_id AND p.id = t.policy_id
                WHERE policy_id = ANY (?::uuid[]) AND in_reach(i.cluster_id, p.spec #>> '{target,namespace}') ORDER BY policy_id, class, installation_id
                """, policies);
    }

    Optional<UUID> named(TenantTx tx, String name) {
        return tx.first(UUID.class, "SELECT id FROM policy WHERE name = ?", name);
    }

    /** Those that are not being removed, for a cluster that has newly come into question. */
    List<PolicyRow> alive(TenantTx tx) {
        return tx.list(PolicyRow.class, SELECT + "WHERE delete_time IS NULL ORDER BY id");
    }

    void create(TenantTx tx, UUID id, PolicyWrite policy, String author) {
        tx.update(
                "INSERT INTO policy (tenant_id, id, name, labels, kind, spec, cluster_ids) VALUES (?, ?, ?, ?, ?, ?, ?)",
                tx.tenant(),
                id,
                policy.name(),
                Json.labels(policy.labels()),
                policy.kind(),
                policy.spec(),
                clusters(policy));
        addRevision(tx, id, 1, policy.spec(), author);
    }

    void update(TenantTx tx, UUID id, PolicyWrite policy, long generation, String author) {
        tx.update("""
                UPDATE policy SET name = ?, labels = ?, spec = ?, cluster_ids = ?, generation = ?, update_time = now()
                WHERE id = ?
                """, policy.name(), Json.labels(policy.labels()), policy.spec(), clusters(policy), generation, id);
        addRevision(tx, id, generation, policy.spec(), author);
    }

    private static UUID @Nullable [] clusters(PolicyWrite policy) {
        return PolicyScope.namedClusters(policy.read().target())
                .map(named -> named.toArray(UUID[]::new))
                .orElse(null);
    }

    private static void addRevision(TenantTx tx, UUID id, long generation, JsonNode spec, String author) {
        tx.update(
                "INSERT INTO policy_revision (tenant_id, policy_id, generation, spec, author) VALUES (?, ?, ?, ?, ?)",
                tx.tenant(),
                id,
                generation,
                spec,
                author);
    }

    void markDeleted(TenantTx tx, UUID id) {
        tx.update("UPDATE policy SET delete_time = now(), update_time = now() WHERE id = ?", id);
    }

    /** For a policy that is in no cluster: nobody would sweep it. */
    void delete(TenantTx tx, UUID id) {
        tx.update("DELETE FROM policy WHERE id = ?", id);
    }

    List<RevisionRow> revisions(TenantTx tx, UUID id) {
        return tx.list(RevisionRow.class, """
                SELECT generation, spec, author, time FROM policy_revision WHERE policy_id = ?
                ORDER BY generation DESC LIMIT 200
                """, id);
    }
}
