package io.weft.fleet.agents;

import io.weft.fleet.Fleet;
import io.weft.fleet.signer.AgentIdentity;
import io.weft.model.manifest.CanonicalJson;
import io.weft.model.manifest.Layer;
import io.weft.model.manifest.Manifest;
import io.weft.model.manifest.PhasePlan;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.zip.GZIPOutputStream;

/** Writes what a compile would: a version of a cluster out of layers. */
final class CompiledState {
    static final Manifest CONFIG_MAP = Manifest.of(Map.of(
            "apiVersion", "v1",
            "kind", "ConfigMap",
            "metadata", Map.of("name", "istio", "namespace", "istio-system")));

    private CompiledState() {}

    static Layer layer(String name, Manifest... manifests) {
        return Layer.of(name, List.of(PhasePlan.of("objects", List.of(manifests))));
    }

    /** The cluster's next version; the compile loop has nothing to do, because nobody asked for one. */
    static long store(AgentIdentity cluster, Layer... layers) {
        UUID tenant = cluster.tenant().value();
        Fleet.update(
                "UPDATE agent_link SET requested_version = requested_version + 1 WHERE cluster_id = ?",
                cluster.cluster());
        long version = Long.parseLong(
                Fleet.text("SELECT requested_version FROM agent_link WHERE cluster_id = ?", cluster.cluster()));
        for (int position = 0; position < layers.length; position++) {
            Layer layer = layers[position];
            layer.bodies()
                    .forEach((digest, raw) -> Fleet.update(
                            "INSERT INTO manifest_body (tenant_id, digest, raw_bytes, gz) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING",
                            tenant,
                            digest,
                            raw.length,
                            gzip(raw)));
            Fleet.update(
                    "INSERT INTO layer (tenant_id, digest, document) VALUES (?, ?, ?::jsonb) ON CONFLICT DO NOTHING",
                    tenant,
                    layer.digest(),
                    CanonicalJson.write(layer.document().toMap()));
            Fleet.update("""
                    INSERT INTO cluster_layer (tenant_id, cluster_id, version, position, name, layer_digest)
                    VALUES (?, ?, ?, ?, ?, ?)
                    """, tenant, cluster.cluster(), version, position, layer.name(), layer.digest());
        }
        Fleet.update("UPDATE agent_link SET compiled_version = ? WHERE cluster_id = ?", version, cluster.cluster());
        Fleet.texts("SELECT pg_notify('desired', ?)::text", cluster.cluster().toString());
        return version;
    }

    /** The stored form of one of the layer's bodies. */
    static byte[] gzipped(Layer layer, String digest) {
        return gzip(layer.bodies().getOrDefault(digest, new byte[0]));
    }

    private static byte[] gzip(byte[] raw) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (GZIPOutputStream gzip = new GZIPOutputStream(out)) {
            gzip.write(raw);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return out.toByteArray();
    }
}
