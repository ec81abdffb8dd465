package io.weft.api;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.weft.kit.id.PublicId;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.zip.GZIPOutputStream;

/** Objects that many tests need, and what agents would have told of them. */
final class Fixtures {
    private static final ObjectMapper JSON = new ObjectMapper();

    private Fixtures() {}

    static String cluster(Api api, String labels) {
        return api.post("/clusters", """
                        {"name":"%s","labels":%s,"spec":{"access":"lifecycle"}}
                        """.formatted(Api.unique("cluster"), labels))
                .id();
    }

    /** The mesh's release is uploaded where it is not yet. */
    static String mesh(Api api, String version) {
        upload(api, version);
        return api.post("/meshes", """
                        {"name":"%s","spec":{"family":"istio","mode":"sidecar","version":"%s"}}
                        """.formatted(Api.unique("mesh"), version)).id();
    }

    static Api.Reply upload(Api api, String version) {
        byte[] bundle = bundle(version, "chart of " + version);
        return api.upload(bundle, contentDigest(bundle));
    }

    static String installation(Api api, String mesh, String cluster, String selector) {
        return api.post("/installations", """
                        {"name":"%s","spec":{"meshId":"%s","clusterId":"%s","namespaceSelector":"%s"}}
                        """.formatted(Api.unique("installation"), mesh, cluster, selector))
                .id();
    }

    /** A namespace as an agent reports it. */
    static void namespace(String cluster, String name, String labels) {
        inventory(cluster, "Namespace", "", name, "{\"labels\":" + labels + "}");
    }

    static void inventory(String cluster, String kind, String namespace, String name, String body) {
        UUID id = PublicId.parse("clu", cluster);
        Hub.sql("""
                INSERT INTO inventory_object (tenant_id, cluster_id, kind, namespace, name, body)
                SELECT tenant_id, id, '%s', '%s', '%s', '%s' FROM cluster WHERE id = '%s'
                """.formatted(kind, namespace, name, body, id));
    }

    /** The cluster's agent as it stands after connecting. */
    static void connected(String cluster) {
        UUID id = PublicId.parse("clu", cluster);
        Hub.sql(
                "UPDATE agent_link SET cluster_uid = 'u', connect_time = now(), last_seen_time = now() WHERE cluster_id = '%s'"
                        .formatted(id));
        Hub.sql("UPDATE cluster_status SET kubernetes_version = 'v1.33.1' WHERE cluster_id = '%s'".formatted(id));
    }

    /** What a fleet-manager makes at its first start. */
    static void agentCa() {
        Hub.sql("""
                INSERT INTO agent_ca (id, spki_pin, certificate_der, sealed_key)
                VALUES (gen_random_uuid(), 'sha256:abc', '', '') ON CONFLICT DO NOTHING
                """);
    }

    static String contentDigest(byte[] body) {
        return "sha-256=:" + Base64.getEncoder().encodeToString(sha256(body)) + ":";
    }

    /** A release bundle with one chart of some content. */
    static byte[] bundle(String version, String content) {
        try {
            byte[] chart = gzip(tar(Map.of("istiod/Chart.yaml", content.getBytes(StandardCharsets.UTF_8))));
            Map<String, Object> description = Map.of(
                    "family", "istio",
                    "version", version,
                    "modes", List.of("sidecar"),
                    "kubernetes", Map.of("min", "1.29", "max", "1.33"),
                    "upgradesFrom", List.of("1.25", "1.26"),
                    "charts",
                            List.of(Map.of(
                                    "name", "istiod",
                                    "file", "charts/istiod.tgz",
                                    "sha256", HexFormat.of().formatHex(sha256(chart)))));
            return gzip(tar(Map.of("release.json", JSON.writeValueAsBytes(description), "charts/istiod.tgz", chart)));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static byte[] gzip(byte[] raw) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (GZIPOutputStream gzip = new GZIPOutputStream(out)) {
            gzip.write(raw);
        }
        return out.toByteArray();
    }

    private static byte[] tar(Map<String, byte[]> files) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        files.forEach((name, content) -> {
            byte[] header = new byte[512];
            put(header, 0, name);
            put(header, 124, "%011o".formatted(content.length));
            header[156] = '0';
            put(header, 257, "ustar");
            out.writeBytes(header);
            out.writeBytes(content);
            out.writeBytes(new byte[(512 - content.length % 512) % 512]);
        });
        out.writeBytes(new byte[1024]);
        return out.toByteArray();
    }

    private static void put(byte[] header, int at, String text) {
        byte[] bytes = text.getBytes(StandardCharsets.US_ASCII);
        System.arraycopy(bytes, 0, header, at, bytes.length);
    }

    private static byte[] sha256(byte[] bytes) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(bytes);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
