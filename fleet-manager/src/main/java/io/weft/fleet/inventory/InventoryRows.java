package io.weft.fleet.inventory;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.weft.kit.tenancy.TenantTx;
import io.weft.model.facts.InventoryEntry;
import io.weft.protocol.v1.InventoryObject;
import io.weft.protocol.v1.ObjectRef;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Rows of one cluster's inventory. */
final class InventoryRows {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final TypeReference<Map<String, Object>> OBJECT = new TypeReference<>() {};
    private static final int MAX_BODY_CHARACTERS = 4096;
    private static final int MAX_NAME_CHARACTERS = 512;

    private InventoryRows() {}

    /** Stores objects and gives the keys of those that could be stored; an oversized or unreadable one is left out. */
    static List<Key> upsert(TenantTx tx, UUID cluster, Collection<InventoryObject> objects) {
        List<Row> rows = objects.stream().map(Row::of).flatMap(Optional::stream).toList();
        tx.updateEach("""
                INSERT INTO inventory_object (tenant_id, cluster_id, kind, namespace, name, body) VALUES (?, ?, ?, ?, ?, ?)
                ON CONFLICT (tenant_id, cluster_id, kind, namespace, name) DO UPDATE SET body = excluded.body
                WHERE inventory_object.body IS DISTINCT FROM excluded.body
                """, rows.stream().map(row -> row.values(tx, cluster)).toList());
        return rows.stream().map(Row::key).toList();
    }

    static void delete(TenantTx tx, UUID cluster, Collection<Key> keys) {
        tx.updateEach(
                "DELETE FROM inventory_object WHERE cluster_id = ? AND kind = ? AND namespace = ? AND name = ?",
                keys.stream()
                        .map(key -> new @Nullable Object[] {cluster, key.kind(), key.namespace(), key.name()})
                        .toList());
    }

    static List<Key> keys(TenantTx tx, UUID cluster) {
        return tx.list(Key.class, "SELECT kind, namespace, name FROM inventory_object WHERE cluster_id = ?", cluster);
    }

    /** What a compile reads. */
    static List<InventoryEntry> entries(TenantTx tx, UUID cluster) {
        return tx.list(StoredRow.class, """
                        SELECT kind, namespace, name, body FROM inventory_object
                        WHERE cluster_id = ? AND kind IN ('Namespace', 'Service', 'Workload')
                        """, cluster).stream()
                .map(row -> new InventoryEntry(
                        row.kind(), row.namespace(), row.name(), JSON.convertValue(row.body(), OBJECT)))
                .toList();
    }

    record Key(String kind, String namespace, String name) {
        static Key of(ObjectRef ref) {
            return new Key(ref.getKind(), ref.getNamespace(), ref.getName());
        }

        boolean isStorable() {
            int length = kind.length() + namespace.length() + name.length();
            return !kind.isEmpty() && !name.isEmpty() && length <= MAX_NAME_CHARACTERS && !hasNul();
        }

        private boolean hasNul() {
            return (kind + namespace + name).indexOf('\0') >= 0; // PostgreSQL stores none
        }
    }

    record StoredRow(String kind, String namespace, String name, JsonNode body) {}

    private record Row(Key key, JsonNode body) {
        static Optional<Row> of(InventoryObject object) {
            Key key = Key.of(object.getObject());
            if (!key.isStorable() || object.getBodyJson().length() > MAX_BODY_CHARACTERS) {
                return Optional.empty();
            }
            try {
                JsonNode body = JSON.readTree(object.getBodyJson());
                boolean storable = body.isObject() && !object.getBodyJson().contains("\\u0000");
                return storable ? Optional.of(new Row(key, body)) : Optional.empty();
            } catch (JsonProcessingException _) {
                return Optional.empty();
            }
        }

        @Nullable
        Object[] values(TenantTx tx, UUID cluster) {
            return new @Nullable Object[] {tx.tenant(), cluster, key.kind(), key.namespace(), key.name(), body};
        }
    }
}
