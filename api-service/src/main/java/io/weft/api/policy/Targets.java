package io.weft.api.policy;

import com.fasterxml.jackson.databind.JsonNode;
import io.weft.api.desired.Connected;
import io.weft.api.http.Json;
import io.weft.kit.tenancy.TenantTx;
import io.weft.model.capability.Capabilities;
import io.weft.model.policy.Target;
import jakarta.inject.Singleton;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;

/** Where policies hold: rows of (policy, installation, capability class). */
@Singleton
class Targets {
    private static final String PLACES = """
            SELECT i.id AS installation, i.cluster_id AS cluster, c.labels, m.family, m.mode,
                COALESCE(m.spec ->> 'trustDomain', 'cluster.local') AS trust_domain,
                ARRAY(SELECT p.version FROM control_plane p
                    WHERE p.tenant_id = i.tenant_id AND p.installation_id = i.id AND p.wanted ORDER BY 1) AS versions,
                COALESCE((SELECT p.revision FROM control_plane p WHERE p.tenant_id = i.tenant_id
                    AND p.installation_id = i.id AND p.is_default AND p.wanted), '') AS default_revision,
            """ + Connected.COLUMN + """
            FROM installation i
                JOIN mesh m ON m.tenant_id = i.tenant_id AND m.id = i.mesh_id
                JOIN cluster c ON c.tenant_id = i.tenant_id AND c.id = i.cluster_id
                JOIN agent_link l ON l.tenant_id = i.tenant_id AND l.cluster_id = i.cluster_id
            """;

    /** An installation that policies can hold in. */
    record Place(
            UUID installation,
            UUID cluster,
            JsonNode labels,
            String family,
            String mode,
            String trustDomain,
            List<String> versions,
            String defaultRevision,
            boolean connected) {
        String capabilityClass() {
            return Capabilities.classOf(family, mode, versions).name();
        }

        boolean selectedBy(Target target) {
            return !versions.isEmpty()
                    && target.clusterSelector()
                            .map(selector -> selector.matches(PolicyScope.labels(cluster, Json.labels(labels))))
                            .orElse(true);
        }
    }

    /** A target as it stands. */
    record Held(UUID installation, UUID cluster, String capabilityClass) {}

    private record Owner(UUID cluster, UUID installation) {}

    /** Installations that a policy selects; where the namespace belongs to another mesh of the cluster it does not. */
    List<Place> selected(TenantTx tx, Target target) {
        List<Owner> owners = tx.list(
                Owner.class,
                "SELECT cluster_id AS cluster, installation_id AS installation FROM placement WHERE namespace = ?",
                target.namespace());
        return tx.list(Place.class, PLACES + "ORDER BY i.create_time, i.id").stream()
                .filter(place -> place.selectedBy(target))
                .filter(place -> owners.stream()
                        .noneMatch(owner -> owner.cluster().equals(place.cluster())
                                && !owner.installation().equals(place.installation())))
                .toList();
    }

    List<Place> inCluster(TenantTx tx, UUID cluster) {
        return tx.list(Place.class, PLACES + "WHERE i.cluster_id = ? ORDER BY i.id", cluster);
    }

    List<Held> held(TenantTx tx, UUID policy) {
        return tx.list(Held.class, """
                SELECT t.installation_id AS installation, i.cluster_id AS cluster, t.class AS capability_class
                FROM policy_target t JOIN installation i ON i.tenant_id = t.tenant_id AND i.id = t.installation_id
                WHERE t.policy_id = ?
                """, policy);
    }

    /**
     * Makes the rows those of the places; gives the clusters that lost one, whose objects are to be pruned.
     */
    Set<UUID> become(TenantTx tx, UUID policy, Collection<Place> places) {
        Set<UUID> lost = new TreeSet<>();
        Set<String> wanted = new HashSet<>();
        places.forEach(place -> wanted.add(place.installation() + place.capabilityClass()));
        for (Held held : held(tx, policy)) {
            if (!wanted.contains(held.installation() + held.capabilityClass())) {
                tx.update(
                        "DELETE FROM policy_target WHERE policy_id = ? AND installation_id = ? AND class = ?",
                        policy,
                        held.installation(),
                        held.capabilityClass());
                lost.add(held.cluster());
            }
        }
        places.forEach(place -> add(tx, policy, place));
        return lost;
    }

    private static void add(TenantTx tx, UUID policy, Place place) {
        tx.update("""
                INSERT INTO policy_target (tenant_id, policy_id, installation_id, class) VALUES (?, ?, ?, ?)
                ON CONFLICT (tenant_id, policy_id, installation_id, class) DO NOTHING
                """, tx.tenant(), policy, place.installation(), place.capabilityClass());
    }

    boolean isUndelivered(TenantTx tx, UUID policy, Place place) {
        return tx.first(
                        Long.class,
                        "SELECT delivered_generation FROM policy_target"
                                + " WHERE policy_id = ? AND installation_id = ? AND class = ?",
                        policy,
                        place.installation(),
                        place.capabilityClass())
                .filter(generation -> generation == 0)
                .isPresent();
    }

    void deliver(TenantTx tx, UUID policy, Collection<UUID> installations, long generation) {
        tx.update("""
                UPDATE policy_target SET delivered_generation = ?, update_time = now()
                WHERE policy_id = ? AND installation_id = ANY (?::uuid[])
                """, generation, policy, installations);
    }
}
