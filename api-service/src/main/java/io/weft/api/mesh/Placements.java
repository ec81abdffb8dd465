package io.weft.api.mesh;

import com.fasterxml.jackson.databind.JsonNode;
import io.weft.api.http.Json;
import io.weft.kit.problem.Problem;
import io.weft.kit.problem.ProblemType;
import io.weft.kit.tenancy.TenantTx;
import io.weft.model.facts.LabelSelector;
import jakarta.inject.Singleton;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Which namespaces an installation serves: those its selector matches, and only while the cluster allows it. */
@Singleton
class Placements {
    /** Namespaces of Kubernetes, of Weft and of control planes: a proxy there could stop the cluster or its way back. */
    private static final Set<String> NEVER = Set.of(
            "kube-system",
            "kube-public",
            "kube-node-lease",
            "weft-system",
            "weft-probes",
            "istio-system",
            "linkerd",
            "consul");

    private record NamespaceRow(String name, JsonNode labels, Optional<UUID> holder) {
        boolean mayBelongTo(UUID installation) {
            return holder.map(installation::equals).orElse(true);
        }
    }

    /**
     * Brings the rows to what the selector says: new namespaces onto the revision, lost ones away; those that stay keep
     * theirs.
     *
     * @throws Problem 409 naming the namespaces that belong to another installation
     */
    void match(TenantTx tx, UUID installation, UUID cluster, String revision, @Nullable String selector) {
        List<NamespaceRow> matched = matched(tx, cluster, selector);
        List<String> foreign = matched.stream()
                .filter(namespace -> !namespace.mayBelongTo(installation))
                .map(NamespaceRow::name)
                .toList();
        if (!foreign.isEmpty()) {
            throw Problem.of(
                    ProblemType.STATE_CONFLICT,
                    "Belong to another installation of the cluster: " + String.join(", ", foreign)
                            + "; narrow spec.namespaceSelector");
        }
        write(tx, installation, cluster, revision, matched);
    }

    /** Like {@link #match}, but what belongs to another installation stays there; whether any row changed. */
    boolean follow(TenantTx tx, UUID installation, UUID cluster, String revision, @Nullable String selector) {
        List<NamespaceRow> matched = matched(tx, cluster, selector).stream()
                .filter(namespace -> namespace.mayBelongTo(installation))
                .toList();
        return write(tx, installation, cluster, revision, matched);
    }

    private static List<NamespaceRow> matched(TenantTx tx, UUID cluster, @Nullable String selector) {
        Optional<String> managed = managed(tx, cluster);
        return namespaces(tx, cluster).stream()
                .filter(namespace -> selected(selector, managed, namespace))
                .toList();
    }

    private static boolean write(
            TenantTx tx, UUID installation, UUID cluster, String revision, List<NamespaceRow> matched) {
        List<String> names = matched.stream().map(NamespaceRow::name).toList();
        int removed = tx.update(
                "DELETE FROM placement WHERE installation_id = ? AND NOT namespace = ANY (?::text[])",
                installation,
                names);
        int added = tx.update("""
                INSERT INTO placement (tenant_id, cluster_id, namespace, installation_id, revision)
                SELECT ?, ?, namespace, ?, ? FROM unnest(?::text[]) AS namespace
                ON CONFLICT (tenant_id, cluster_id, namespace) DO NOTHING
                """, tx.tenant(), cluster, installation, revision, names);
        return removed + added > 0;
    }

    private static List<NamespaceRow> namespaces(TenantTx tx, UUID cluster) {
        return tx.list(NamespaceRow.class, """
                SELECT o.name, COALESCE(o.body -> 'labels', '{}') AS labels, p.installation_id AS holder
                FROM inventory_object o LEFT JOIN placement p
                    ON p.tenant_id = o.tenant_id AND p.cluster_id = o.cluster_id AND p.namespace = o.name
                WHERE o.cluster_id = ? AND o.kind = 'Namespace' ORDER BY o.name
                """, cluster);
    }

    private static boolean selected(@Nullable String selector, Optional<String> managed, NamespaceRow namespace) {
        if (selector == null || NEVER.contains(namespace.name())) {
            return false;
        }
        Map<String, String> labels = Json.labels(namespace.labels());
        return matches(selector, labels)
                && managed.map(text -> matches(text, labels)).orElse(true);
    }

    private static boolean matches(String selector, Map<String, String> labels) {
        return LabelSelector.parse(selector).orElseThrow().matches(labels);
    }

    /** What the cluster's own specification allows Weft to manage; empty = everything. */
    private static Optional<String> managed(TenantTx tx, UUID cluster) {
        return tx.first(
                String.class,
                "SELECT spec ->> 'namespaceSelector' FROM cluster WHERE id = ? AND spec ->> 'namespaceSelector' <> ''",
                cluster);
    }
}
