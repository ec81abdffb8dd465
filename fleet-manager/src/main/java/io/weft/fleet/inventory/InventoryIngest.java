package io.weft.fleet.inventory;

import io.weft.fleet.signer.AgentIdentity;
import io.weft.kit.tenancy.TenantTransactions;
import io.weft.kit.tenancy.TenantTx;
import io.weft.kit.work.CompileRequest;
import io.weft.kit.work.DueWork;
import io.weft.model.facts.ClusterFacts;
import io.weft.protocol.v1.InventoryChange;
import io.weft.protocol.v1.InventoryDigest;
import jakarta.inject.Singleton;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Takes in what agents say lives in their clusters; a change in what compilers read asks for a compile. */
@Singleton
public final class InventoryIngest {
    private static final String NAMESPACE = "Namespace";

    private final TenantTransactions transactions;

    InventoryIngest(TenantTransactions transactions) {
        this.transactions = transactions;
    }

    /** The inventory part of one stream; calls come one after the other. */
    public Flow open(AgentIdentity agent) {
        return new Flow(agent);
    }

    /** State of one stream: which keys a replacement in progress has named so far. */
    public final class Flow {
        private final AgentIdentity agent;
        private @Nullable Set<InventoryRows.Key> replacing;

        private Flow(AgentIdentity agent) {
            this.agent = agent;
        }

        /** Whether the agent must send everything, because what is stored here differs. */
        public boolean isWanted(InventoryDigest digest) {
            return transactions.in(
                    agent.tenant(),
                    tx -> tx.first(
                                    InventoryState.class,
                                    "SELECT inventory_digest, facts_digest FROM cluster_status WHERE cluster_id = ?",
                                    agent.cluster())
                            .flatMap(InventoryState::inventory)
                            .filter(digest.getDigest()::equals)
                            .isEmpty());
        }

        /**
         * Stores a batch. While everything is being replaced the rows of before stay readable; those that no batch named
         * go with the last one.
         */
        public void change(InventoryChange change) {
            if (change.getReplacesAll()) {
                replacing = new HashSet<>();
            }
            transactions.in(agent.tenant(), tx -> {
                store(tx, change);
                return true;
            });
            if (!change.getDigest().isEmpty()) {
                replacing = null;
            }
        }

        private void store(TenantTx tx, InventoryChange change) {
            List<InventoryRows.Key> stored = InventoryRows.upsert(tx, agent.cluster(), change.getUpsertsList());
            InventoryRows.delete(
                    tx,
                    agent.cluster(),
                    change.getDeletesList().stream()
                            .map(InventoryRows.Key::of)
                            .filter(InventoryRows.Key::isStorable)
                            .toList());
            if (touchesNamespaces(change)) {
                DueWork.scheduleNow(tx, "placement", agent.cluster(), "namespaces");
            }
            boolean last = !change.getDigest().isEmpty();
            Set<InventoryRows.Key> named = replacing;
            if (named != null) {
                named.addAll(stored);
                if (last) {
                    removeOthers(tx, agent.cluster(), named);
                }
            }
            tx.update(
                    "UPDATE cluster_status SET inventory_digest = ? WHERE cluster_id = ?",
                    last ? change.getDigest() : null,
                    agent.cluster());
            if (last) {
                recompileIfFactsChanged(tx, agent.cluster());
            }
        }
    }

    /** api-service lets placements follow the namespaces. */
    private static boolean touchesNamespaces(InventoryChange change) {
        return change.getReplacesAll()
                || change.getUpsertsList().stream()
                        .anyMatch(object -> object.getObject().getKind().equals(NAMESPACE))
                || change.getDeletesList().stream()
                        .anyMatch(ref -> ref.getKind().equals(NAMESPACE));
    }

    private static void removeOthers(TenantTx tx, UUID cluster, Set<InventoryRows.Key> named) {
        List<InventoryRows.Key> gone = InventoryRows.keys(tx, cluster).stream()
                .filter(key -> !named.contains(key))
                .toList();
        InventoryRows.delete(tx, cluster, gone);
    }

    private static void recompileIfFactsChanged(TenantTx tx, UUID cluster) {
        String digest = ClusterFacts.of(InventoryRows.entries(tx, cluster)).digest();
        int changed = tx.update(
                "UPDATE cluster_status SET facts_digest = ? WHERE cluster_id = ? AND facts_digest IS DISTINCT FROM ?",
                digest,
                cluster,
                digest);
        if (changed > 0) {
            CompileRequest.raise(tx, cluster, "inventory");
        }
    }

    record InventoryState(
            @Nullable String inventoryDigest, @Nullable String factsDigest) {
        Optional<String> inventory() {
            return Optional.ofNullable(inventoryDigest);
        }
    }
}
