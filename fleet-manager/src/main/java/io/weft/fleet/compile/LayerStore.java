package io.weft.fleet.compile;

import com.fasterxml.jackson.databind.JsonNode;
import io.weft.kit.tenancy.TenantTx;
import io.weft.model.manifest.Layer;
import io.weft.model.manifest.LayerDocument;
import io.weft.model.manifest.ObjectKey;
import jakarta.inject.Singleton;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.UUID;
import java.util.zip.GZIPOutputStream;

/** Bodies and layers by digest, and which layers make a version of a cluster. Who stores holds {@link LayerLock}. */
@Singleton
class LayerStore {
    /** A layer of a cluster's version. */
    record NamedLayer(String name, String digest) {}

    record StoredRow(String name, JsonNode document) {}

    void store(TenantTx tx, Layer layer) {
        store(tx, layer.document(), layer.bodies());
    }

    /** Stores what is new; equal digests are equal contents. */
    void store(TenantTx tx, LayerDocument document, SortedMap<String, byte[]> bodies) {
        List<Object[]> rows = new ArrayList<>();
        bodies.forEach((digest, raw) -> rows.add(new Object[] {tx.tenant(), digest, raw.length, gzip(raw)}));
        tx.updateEach("""
                INSERT INTO manifest_body (tenant_id, digest, raw_bytes, gz) VALUES (?, ?, ?, ?)
                ON CONFLICT (tenant_id, digest) DO NOTHING
                """, List.copyOf(rows));
        tx.update("""
                INSERT INTO layer (tenant_id, digest, document) VALUES (?, ?, ?)
                ON CONFLICT (tenant_id, digest) DO NOTHING
                """, tx.tenant(), document.digest(), Json.node(document.toMap()));
    }

    Optional<LayerDocument> document(TenantTx tx, String digest) {
        return tx.first(JsonNode.class, "SELECT document FROM layer WHERE digest = ?", digest)
                .map(node -> LayerDocument.fromMap(Json.tree(node)));
    }

    /** Contents of a version's layers by name, in order; empty for version 0. */
    Map<String, LayerDocument> version(TenantTx tx, UUID clusterId, long version) {
        Map<String, LayerDocument> documents = new TreeMap<>();
        tx.list(StoredRow.class, """
                        SELECT v.name, l.document FROM cluster_layer v
                        JOIN layer l ON (l.tenant_id, l.digest) = (v.tenant_id, v.layer_digest)
                        WHERE v.cluster_id = ? AND v.version = ?
                        """, clusterId, version)
                .forEach(row -> documents.put(row.name(), LayerDocument.fromMap(Json.tree(row.document()))));
        return documents;
    }

    void storeVersion(TenantTx tx, UUID clusterId, long version, List<NamedLayer> layers) {
        List<Object[]> rows = new ArrayList<>();
        for (NamedLayer layer : layers) {
            rows.add(new Object[] {tx.tenant(), clusterId, version, rows.size(), layer.name(), layer.digest()});
        }
        tx.updateEach("""
                INSERT INTO cluster_layer (tenant_id, cluster_id, version, position, name, layer_digest)
                VALUES (?, ?, ?, ?, ?, ?)
                """, List.copyOf(rows));
    }

    /** Adds tombstones and drops those whose object is wanted again. */
    void tombstones(TenantTx tx, UUID clusterId, long version, Map<String, ObjectKey> gone, List<String> wanted) {
        List<Object[]> rows = new ArrayList<>();
        gone.forEach((id, key) -> rows.add(new Object[] {tx.tenant(), clusterId, Json.node(key.toMap()), id, version}));
        tx.updateEach("""
                INSERT INTO tombstone (tenant_id, cluster_id, object, object_key, since_version) VALUES (?, ?, ?, ?, ?)
                ON CONFLICT (tenant_id, cluster_id, object_key) DO NOTHING
                """, List.copyOf(rows));
        tx.update("DELETE FROM tombstone WHERE cluster_id = ? AND object_key = ANY (?::text[])", clusterId, wanted);
    }

    private static byte[] gzip(byte[] raw) {
        ByteArrayOutputStream out = new ByteArrayOutputStream(raw.length / 4 + 64);
        try (GZIPOutputStream gzip = new GZIPOutputStream(out)) {
            gzip.write(raw);
        } catch (IOException e) {
            throw new UncheckedIOException("writing to memory", e);
        }
        return out.toByteArray();
    }
}
